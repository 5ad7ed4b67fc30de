import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** One query of a panel, with the text of its legend; `{{label}}` stands for a label's value. */
export type Query = readonly [expr: string, legend: string];

/** What every panel has. */
export interface PanelText {
  readonly title: string;
  /** What the panel shows and how to read it; appears at the panel's corner. */
  readonly description: string;
  /** A unit of Grafana's, such as `reqps`, `s`, `bytes`, `percentunit`, `short`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Width in the 24 columns of a dashboard. */
  readonly width: number;
}

/** A limit with the colour above it; the first has none and colours what lies below the others. */
export type Limit = readonly [from: number | null, color: string];

/** Every panel reads the Prometheus that is chosen at the top of the dashboard. */
export const dataSource = { type: 'prometheus', uid: '$' + '{datasource}' };

function queryBuilders(queries: readonly Query[], configure: (query: DataqueryBuilder) => DataqueryBuilder) {
  return queries.map(
    ([expr, legend], index): Builder<Dataquery> =>
      configure(new DataqueryBuilder().expr(expr).legendFormat(legend).refId(referenceOf(index))),
  );
}

/** The letter by which a panel refers to its query of an index. */
function referenceOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function limits(steps: readonly Limit[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}

/** How a line of a time series looks. */
export interface LineStyle {
  readonly color?: string;
  /** Drawn as dashes: a limit or a forecast, not a measurement. */
  readonly dashed?: boolean;
  /** Name of the line down to which the area is filled: a band. */
  readonly fillTo?: string;
  /** Drawn in steps: a whole number that changes at once. */
  readonly stepped?: boolean;
  /** Left out of the legend: the lower end of a band. */
  readonly unnamed?: boolean;
}

/** What a time series may have beside the usual. */
export interface TimeSeriesOptions extends PanelText {
  /** Looks of single lines, by legend. */
  readonly lines?: Readonly<Record<string, LineStyle>>;
  /** Drawn as dashed lines across the panel. */
  readonly limits?: readonly Limit[];
  /** Areas on top of each other: parts of a whole. */
  readonly stacked?: boolean;
  readonly max?: number;
  readonly stepped?: boolean;
}

/** Lines over time. The axis begins at 0, so that heights can be compared. */
export function timeSeries(options: TimeSeriesOptions): TimeSeriesBuilder {
  const panel = new TimeSeriesBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSource)
    .targets(queryBuilders(options.queries, (query) => query.range()))
    .unit(options.unit)
    .min(0)
    .span(options.width)
    .height(8)
    .lineWidth(2)
    .fillOpacity(options.stacked ? 30 : 5)
    .showPoints(common.VisibilityMode.Never)
    .lineInterpolation(options.stepped ? common.LineInterpolation.StepAfter : common.LineInterpolation.Linear)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    );
  if (options.max !== undefined) panel.max(options.max);
  if (options.stacked)
    panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  if (options.limits !== undefined)
    panel
      .thresholds(limits(options.limits))
      .thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
      );
  for (const [legend, style] of Object.entries(options.lines ?? {}))
    panel.overrideByName(legend, lineProperties(style));
  return panel;
}

function lineProperties({
  color,
  dashed,
  fillTo,
  stepped,
  unnamed,
}: LineStyle): dashboard.DynamicConfigValue[] {
  const properties: dashboard.DynamicConfigValue[] = [];
  const set = (id: string, value: unknown) => properties.push({ id, value });
  if (color !== undefined) set('color', { mode: 'fixed', fixedColor: color });
  if (dashed) set('custom.lineStyle', { fill: 'dash', dash: [8, 6] });
  if (dashed || unnamed) set('custom.fillOpacity', 0);
  if (stepped) set('custom.lineInterpolation', 'stepAfter');
  if (fillTo !== undefined) {
    set('custom.fillBelowTo', fillTo);
    set('custom.fillOpacity', 15);
    set('custom.lineWidth', 0);
  }
  if (unnamed) {
    set('custom.lineWidth', 0);
    set('custom.hideFrom', { legend: true, tooltip: false, viz: false });
  }
  return properties;
}

/** What a single figure may have beside the usual. */
export interface StatOptions extends PanelText {
  readonly limits?: readonly Limit[];
  /** Shows the legend's text in place of the number: for states that are labels. */
  readonly showName?: boolean;
  readonly decimals?: number;
}

/** The latest value as a large figure. */
export function stat(options: StatOptions): StatBuilder {
  const panel = new StatBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSource)
    .targets(queryBuilders(options.queries, (query) => query.instant()))
    .unit(options.unit)
    .span(options.width)
    .height(4)
    .thresholds(limits(options.limits ?? [[null, 'text']]))
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(options.showName ? common.BigValueTextMode.Name : common.BigValueTextMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .noValue('none');
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  return panel;
}

/** A row of colours per series: which state held when. The values are numbers; `states` names and colours them. */
export function stateTimeline(
  options: PanelText & { readonly states: Readonly<Record<string, readonly [text: string, color: string]>> },
): StateTimelineBuilder {
  return new StateTimelineBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSource)
    .targets(queryBuilders(options.queries, (query) => query.range()))
    .unit(options.unit)
    .span(options.width)
    .height(8)
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .rowHeight(0.8)
    .mappings([
      {
        type: dashboard.MappingType.ValueToText,
        options: Object.fromEntries(
          Object.entries(options.states).map(([value, [text, color]]) => [value, { text, color }]),
        ),
      },
    ])
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(false),
    );
}

/** A column of figures in a table. */
export interface Figures {
  readonly heading: string;
  readonly expr: string;
  /** Looks of this column alone. */
  readonly looks?: dashboard.DynamicConfigValue[];
}

/** What a table shows: a row for each set of labels, with a figure from each query. */
export interface TableOptions extends Omit<PanelText, 'queries' | 'unit'> {
  /** Unit and decimals of columns without looks of their own. */
  readonly unit?: string;
  readonly decimals?: number;
  /** The headings of the labels that all queries have. */
  readonly labels: Readonly<Record<string, string>>;
  /** Looks of the columns of labels, by heading. */
  readonly labelLooks?: Readonly<Record<string, dashboard.DynamicConfigValue[]>>;
  readonly figures: readonly Figures[];
}

/** The latest values, side by side. */
export function table(options: TableOptions): TableBuilder {
  const queries = options.figures.map(({ expr }): Query => [expr, '']);
  const panel = new TableBuilder()
    .title(options.title)
    .description(options.description)
    .datasource(dataSource)
    .span(options.width)
    .height(8)
    .targets(queryBuilders(queries, (query) => query.instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        renameByName: {
          ...options.labels,
          ...Object.fromEntries(
            options.figures.map(({ heading }, index) => [`Value #${referenceOf(index)}`, heading]),
          ),
        },
      },
    });
  if (options.unit !== undefined) panel.unit(options.unit);
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  for (const [heading, looks] of Object.entries(options.labelLooks ?? {}))
    panel.overrideByName(heading, looks);
  for (const { heading, looks } of options.figures)
    if (looks !== undefined) panel.overrideByName(heading, looks);
  return panel;
}

/** Queries of a chart of parts or bars: the latest value of each series. */
export function latestQueries(queries: readonly Query[]): Builder<Dataquery>[] {
  return queryBuilders(queries, (query) => query.instant());
}
