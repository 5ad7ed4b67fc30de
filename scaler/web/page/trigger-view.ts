import { CopyBlock } from '../../page-kit/copy-block.js';
import { type Child, h, note, paragraph, renew, sentence } from '../../page-kit/dom.js';
import type { LineChart } from '../../page-kit/line-chart.js';
import { load } from '../../page-kit/numbers.js';
import { SpanButtons } from '../../page-kit/span-buttons.js';
import type {
  ReplicaChart as ReplicaComparison,
  StateChangeView,
  TriggerDetail,
  TriggerSettings,
  TriggerSummary,
} from '../api/contract.js';
import { comingEvents } from './coming-events.js';
import { explanationList } from './explanation.js';
import { FetchError, fetchJson } from './fetch-json.js';
import { forecastTable } from './forecast-table.js';
import {
  count,
  counted,
  duration,
  epochSeconds,
  exactPercent,
  percent,
  span,
  timeElement,
} from './format.js';
import { LoadChart, REPLICA_AXIS_PIXELS } from './load-chart.js';
import { modelNodes } from './model-table.js';
import { overloadChart, showOverload } from './overload-chart.js';
import { costWords, overloadNotes } from './overload-notes.js';
import { replicaChart, replicaData } from './replica-chart.js';
import { path, type Route } from './route.js';
import { seasonChart, showSeason } from './season-chart.js';
import { accuracyWords, STAGE_WORDS, STATUSES, seasonWords, stateWords } from './words.js';

type TriggerRoute = Extract<Route, { view: 'trigger' }>;

/** Spans of the charts around now. */
const SPANS = [
  { label: '6 h', before: 4, after: 2 },
  { label: '2 d', before: 36, after: 12 },
  { label: '7 d', before: 144, after: 24 },
] as const;

/** Makes the content of a part of the page; empty content hides it. */
type Content = (detail: TriggerDetail, nowSeconds: number) => readonly Child[];

/** The page of a trigger: what is coming, why the answer is what it is, and whether to trust it. */
export class TriggerView {
  readonly element: HTMLElement;
  readonly #renewals: ((detail: TriggerDetail, nowSeconds: number) => void)[] = [];
  readonly #spans = new SpanButtons({
    spans: SPANS,
    usual: SPANS[1],
    back: 'Back to now',
    onChange: (range) => {
      this.#loadChart.chart.setRange(range);
      this.#replicaChart.setRange(range);
    },
  });
  readonly #loadChart = new LoadChart((range) => this.#spans.choose(range));
  readonly #replicaChart = replicaChart(REPLICA_AXIS_PIXELS);
  readonly #overloadChart = overloadChart();
  readonly #seasonCharts = new Map<number, LineChart>();
  readonly #seasons = h('div.seasons');

  constructor(readonly name: TriggerRoute) {
    const manifest = new CopyBlock('Trigger for a ScaledObject');
    const grpcurl = new CopyBlock(
      'Ask the scaler what KEDA asks (in a cluster, forward its gRPC port first)',
    );
    this.#renewals.push((detail) => {
      manifest.show(detail.manifestYaml);
      grpcurl.show(detail.grpcurlCommand);
    });
    this.element = h(
      'div.trigger',
      crumbs(),
      h('h1', h('span.namespace', `${name.namespace}/`), name.name),
      h('p.metric', name.metric),
      this.#live(h('p.headline'), headline),
      this.#live(h('div.notice'), notices),
      h(
        'div.cards',
        this.#section('What is coming?', coming),
        this.#section('Why this number?', ({ explanation }, now) => [explanationList(explanation, now)]),
        this.#section('Can I trust it?', trust),
      ),
      this.#section('Coming events', comingEvents),
      this.#live(h('p.lonely'), (detail) =>
        hasCharts(detail)
          ? []
          : ['There is no history to draw yet. It appears here as soon as Prometheus answers.'],
      ),
      this.#panel(
        hasCharts,
        h('div.panel-head', h('h2', 'Load'), this.#spans.element),
        this.#loadChart.chart.element,
        this.#forecastNumbers(),
      ),
      this.#section('Replicas', replicaNotes, this.#replicaChart.element),
      this.#section('Overload', overloadNotes, this.#overloadChart.element),
      this.#panel(({ seasons }) => seasons.length > 0, this.#live(h('h2'), seasonTitle), this.#seasons),
      h(
        'div.columns',
        h(
          'div.left',
          this.#section('Recent changes', ({ changes }, now) => [changeList(changes, now)]),
          h('section.panel', h('h2', 'To paste'), manifest.element, grpcurl.element),
        ),
        this.#section('Settings', ({ settings }) => [settingList(settings)]),
      ),
      this.#section('Model', ({ model }, now) => (model ? modelNodes(model, now) : [])),
    );
  }

  async refresh(): Promise<void> {
    const { namespace, name, metric } = this.name;
    try {
      const detail = await fetchJson<TriggerDetail>(`api/triggers/${path(namespace, name, metric)}`);
      this.#show(detail!);
    } catch (error) {
      if (!(error instanceof FetchError) || error.status !== 404) throw error;
      this.close();
      this.element.replaceChildren(...notFound(this.name));
    }
  }

  close(): void {
    for (const chart of [
      this.#loadChart.chart,
      this.#replicaChart,
      this.#overloadChart,
      ...this.#seasonCharts.values(),
    ])
      chart.close();
  }

  #show(detail: TriggerDetail): void {
    const now = epochSeconds(detail.time);
    for (const renewal of this.#renewals) renewal(detail, now);
    this.#spans.moveTo(now);
    if (hasCharts(detail)) this.#loadChart.show(detail);
    const comparison = comparisonToDraw(detail);
    if (comparison) {
      const [description] = replicaNotes(detail);
      this.#replicaChart.show(replicaData(comparison), description?.textContent ?? '');
    }
    this.#overloadChart.element.hidden = !detail.overload?.policy;
    if (detail.overload) showOverload(this.#overloadChart, detail.overload, costWords(detail.overload));
    for (const season of detail.seasons) showSeason(this.#seasonChart(season.periodSeconds), season);
  }

  #seasonChart(periodSeconds: number): LineChart {
    const known = this.#seasonCharts.get(periodSeconds);
    if (known) return known;
    const chart = seasonChart(periodSeconds);
    this.#seasonCharts.set(periodSeconds, chart);
    this.#seasons.append(chart.element);
    return chart;
  }

  /** An element whose content follows the trigger. @param frame is hidden without content */
  #live<E extends HTMLElement>(target: E, content: Content, frame: HTMLElement = target): E {
    this.#renewals.push((detail, now) => {
      const children = content(detail, now);
      frame.hidden = children.length === 0;
      renew(target, ...children);
    });
    return target;
  }

  #section(title: string, content: Content, ...more: HTMLElement[]): HTMLElement {
    const frame = h('section.panel', h('h2', title));
    frame.append(this.#live(h('div.stack'), content, frame), ...more);
    return frame;
  }

  #panel(isShown: (detail: TriggerDetail) => boolean, ...content: HTMLElement[]): HTMLElement {
    const panel = h('section.panel', ...content);
    this.#renewals.push((detail) => {
      panel.hidden = !isShown(detail);
    });
    return panel;
  }

  #forecastNumbers(): HTMLElement {
    const frame = h('details', h('summary', 'Forecast in numbers'));
    const table: Content = ({ forecast, settings }) =>
      forecast ? [forecastTable(forecast, settings.threshold)] : [];
    frame.append(this.#live(h('div'), table, frame));
    return frame;
  }
}

/** Whether there is a load to draw: with nothing but errors there is a record without values. */
function hasCharts({ history, past }: TriggerDetail): boolean {
  const lines = [history?.mean, past?.observedMean, past?.answered];
  return lines.some((values) => values?.some((value) => value !== null));
}

/** Seasons follow the wall clock of the trigger, not that of the viewer. */
function seasonTitle({ settings }: TriggerDetail): readonly Child[] {
  return [`Seasons that the model has learned, by the clock of ${settings.timezone}`];
}

/** A shorter line of replicas could not be seen. */
const LEAST_REPLICA_SECONDS = 3600;

/** The comparison of replicas, if it is long enough. */
function comparisonToDraw({ replicaComparison: comparison }: TriggerDetail): ReplicaComparison | null {
  if (!comparison) return null;
  const knownSteps = comparison.predictive.filter((value) => value !== null).length;
  return knownSteps * comparison.stepSeconds >= LEAST_REPLICA_SECONDS ? comparison : null;
}

function crumbs(): HTMLElement {
  return h('p.crumbs', h('a', { href: '#/' }, '← All triggers'));
}

function notFound({ namespace, name, metric }: TriggerRoute): Node[] {
  return [
    crumbs(),
    h('h1', `${namespace}/${name}`),
    h(
      'div.lonely',
      h('p.strong', `KEDA does not ask about the trigger “${metric}” of this ScaledObject.`),
      paragraph`It may have been deleted or renamed, or KEDA has been silent for longer than the scaler remembers. Check whether it is there:`,
      h('pre', h('code', `kubectl get scaledobject -n ${namespace} ${name}`)),
    ),
  ];
}

function headline({ summary }: TriggerDetail, now: number): readonly Child[] {
  const { label, detail } = stateWords(summary);
  const { status, observedTime } = summary;
  return [
    h(`span.badge.${STATUSES[status].tone}`, label),
    detail && ` ${detail}.`,
    observedTime && ` Data from ${span(now - epochSeconds(observedTime))} ago.`,
  ];
}

function notices({ notices }: TriggerDetail): readonly Child[] {
  if (notices.length === 0) return [];
  return [
    h('p.strong', 'About this trigger’s metadata'),
    h('ul', ...notices.map((notice) => h('li', notice))),
  ];
}

function coming(detail: TriggerDetail, now: number): readonly Child[] {
  const { peak, observed, horizonSeconds, error } = detail.summary;
  if (error) return [paragraph`Not known while there is no answer.`];
  if (!peak) return [h('p.figure', load(observed)), paragraph`is the load now. There is no forecast yet.`];
  const wait = epochSeconds(peak.time) - now;
  const when = wait > 60 ? sentence`in ${span(wait)}, at ${timeElement(peak.time, now)}` : 'now';
  const beyond = beyondHorizon(detail, now);
  return [
    h('p.figure', load(peak.value)),
    paragraph`is the highest load to expect within ${duration(horizonSeconds)}, most likely ${when}. ${askedFor(detail.summary)}`,
    beyond && h('p.note', beyond),
  ];
}

/** Replicas for the answer, beside those for the peak or the load now. */
function askedFor({ peak, answered, observed, replicas: wanted }: TriggerSummary): string {
  const [forNow, forPeak] = [count(wanted.forObserved ?? 0), wanted.forPeak ?? 0];
  if (answered === peak?.value)
    return `It asks for ${counted(forPeak, 'replica')}; the load of now, ${load(observed)}, needs ${forNow}.`;
  const asked = counted(wanted.forAnswered ?? 0, 'replica');
  return answered === observed
    ? `KEDA is answered the load of now, ${load(observed)}, which asks for ${asked}; the peak would ask for ${count(forPeak)}.`
    : `KEDA is answered ${load(answered)}, which asks for ${asked}; the load of now, ${load(observed)}, alone would ask for ${forNow}.`;
}

/** The highest mean of the day, if it is beyond the horizon. */
function beyondHorizon({ forecast }: TriggerDetail, now: number): Child {
  if (!forecast) return undefined;
  const { mean, startTime, stepSeconds, horizonEndTime } = forecast;
  const highest = mean.indexOf(Math.max(...mean));
  const at = epochSeconds(startTime) + highest * stepSeconds;
  if (at < epochSeconds(horizonEndTime)) return undefined;
  return sentence`Beyond that, about ${load(mean[highest]!)} is expected at ${timeElement(at, now)}, the highest of the coming day.`;
}

function trust({ summary, past }: TriggerDetail, now: number): readonly Child[] {
  const { accuracy, observedTime, horizonSeconds, error } = summary;
  const newest = observedTime && sentence`Newest data from ${timeElement(observedTime, now)}.`;
  const nodes: Child[] = [];
  if (accuracy)
    nodes.push(
      h('p.figure', accuracyWords(accuracy)),
      paragraph`${percent(accuracy.coverageShare)} of the peaks stayed at or below the forecast; ${exactPercent(accuracy.quantile)} should. Measured on ${count(accuracy.samples)} past forecasts.`,
      note`Error at this quantile: ${load(accuracy.modelError)}; with “the load stays as it is”: ${load(accuracy.lastValueError)}. It is the mean distance between forecast and peak, where a peak above the forecast counts ${weight(2 * accuracy.quantile)} times and one below it ${weight(2 * (1 - accuracy.quantile))} times.`,
    );
  else if (error) nodes.push(paragraph`Not known while there is no answer.`);
  else nodes.push(paragraph`Not measured yet: there are no past forecasts to compare with what came.`);
  if (past && past.comparedSteps > 0)
    nodes.push(
      paragraph`Live, since this process began: in ${percent(past.withinUpperSteps / past.comparedSteps)} of ${count(past.comparedSteps)} steps the load stayed within what had been forecast one horizon earlier.`,
    );
  else if (accuracy)
    nodes.push(
      note`From ${duration(horizonSeconds)} after the scaler’s start, forecasts are compared with the load.`,
    );
  return [...nodes, newest && h('p.note', newest)];
}

function weight(times: number): string {
  return String(Number(times.toFixed(3)));
}

function replicaNotes(detail: TriggerDetail): readonly HTMLElement[] {
  const comparison = comparisonToDraw(detail);
  if (!comparison) return [];
  const { predictive, stepSeconds, predictiveReplicaHours, reactiveReplicaHours } = comparison;
  return [
    note`What Kubernetes’ autoscaler makes of the answers, compared with what it would make of the load alone, over the last ${span(predictive.length * stepSeconds)}: ${load(predictiveReplicaHours)} pod-hours with this scaler, ${load(reactiveReplicaHours)} without. Both by the HPA’s default behavior and without bounds, since those of the ScaledObject are not known here.`,
  ];
}

function changeList(changes: readonly StateChangeView[], now: number): HTMLElement {
  const items = changes.map(({ time, status, stage, isActive, error }) =>
    h(
      'li',
      timeElement(time, now),
      h(
        'span',
        h('strong', STATUSES[status].label),
        error && sentence`: ${h('q', error.message)}`,
        stage && stage !== 'observed' ? ` with ${STAGE_WORDS[stage]}` : '',
        isActive === false ? ', not active' : '',
      ),
    ),
  );
  const none = h('li.none', 'Nothing has changed since the scaler learned of this trigger.');
  return h('ol.changes.stack', ...(items.length > 0 ? items : [none]));
}

function settingList(settings: TriggerSettings): HTMLElement {
  const { seasonalitySeconds: seasons, minValue, maxValue } = settings;
  const rows: Readonly<Record<string, Child>> = {
    query: h('code', settings.query),
    source: settings.source,
    threshold: `${load(settings.threshold)} per replica`,
    activationThreshold: `active above ${load(settings.activationThreshold)}`,
    ...(settings.targetOverload !== null && {
      targetOverload: `${exactPercent(settings.targetOverload)} of the time`,
      capacity: `${load(settings.capacity)} per ready replica`,
      podStartup: `${duration(settings.podStartupSeconds)}${settings.measuresPodStartup ? ', measured where possible' : ''}`,
    }),
    predictHorizon: `${duration(settings.horizonSeconds)}${settings.horizonFollows ? ', from the start-up of pods' : ''}`,
    historyTimeWindow: duration(settings.historySeconds),
    queryStep: duration(settings.stepSeconds),
    quantile: exactPercent(settings.quantile),
    mode: settings.mode === 'observe' ? 'observe (dry run)' : 'predict',
    seasonality: seasons === 'auto' ? 'found in the data' : seasons.map(seasonWords).join(', ') || 'none',
    timezone: settings.timezone,
    calendars: settings.calendars.join(', ') || 'none',
    events: settings.events.join('; ') || 'none',
    minValue: minValue === null ? 'none' : load(minValue),
    maxValue: maxValue === null ? 'none' : load(maxValue),
    ignoreNullValues: settings.ignoreNullValues
      ? 'an empty result is no load'
      : 'an empty result is an error',
    bootstrap: settings.bootstrap ?? 'none',
  };
  return h('dl.settings', ...Object.entries(rows).flatMap(([key, value]) => [h('dt', key), h('dd', value)]));
}
