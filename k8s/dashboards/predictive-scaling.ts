import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as PieChartBuilder,
  PieChartLegendOptionsBuilder,
  PieChartLegendValues,
} from '@grafana/grafana-foundation-sdk/piechart';
import { board, labelVariable } from './board.js';
import { histogramQuantile } from './histogram-quantile.js';
import { dataSource, latestQueries, stat, stateTimeline, table, timeSeries } from './panels.js';

const TRIGGER = '{namespace="$namespace",scaledobject="$scaledobject"}';
const overloadOf = (span: 'day' | 'week'): string => TRIGGER.replace('}', `,span="${span}"}`);
/** Replicas of the scaler export the same series: one of them is enough. */
const BY_TRIGGER = 'max by (namespace, scaledobject, metric)';
/** KEDA names the HPA of a ScaledObject so. */
const HPA = '{namespace="$namespace",horizontalpodautoscaler="keda-hpa-$scaledobject"}';
const KEDA_TRIGGER = '{namespace="$namespace",scaledObject="$scaledobject"}';
const CALLS = 'method=~".*/(GetMetrics|IsActive|GetMetricSpec)"';

/** Replicas that the answer asks for, before the limits of the HPA. */
const askedFor = `ceil(max(predictive_scaler_value${TRIGGER}) / max(predictive_scaler_threshold${TRIGGER}))`;

const BLUE = 'blue';
const ORANGE = 'orange';
const GREEN = 'green';
const RED = 'red';

/** One trigger in depth: its load, what was and is forecast, what follows from it, and how far it can be trusted. */
export function predictiveScaling(): dashboard.Dashboard {
  return board(
    'predictive-scaling',
    'Predictive scaling',
    'What the scaler observes, forecasts and answers, and what KEDA and the HPA make of it.',
    [
      labelVariable('namespace', 'Namespace', 'label_values(predictive_scaler_value, namespace)'),
      labelVariable(
        'scaledobject',
        'ScaledObject',
        'label_values(predictive_scaler_value{namespace="$namespace"}, scaledobject)',
      ),
    ],
  )
    .withVariable(
      new dashboard.CustomVariableBuilder('horizon')
        .label('Horizon')
        .description("The trigger's predictHorizon: how far forecasts are moved to lie over what came.")
        .values('5m,10m,15m,30m,1h,2h,6h')
        .current({ selected: true, text: '2h', value: '2h' })
        .allowCustomValue(true),
    )
    .withRow(new dashboard.RowBuilder('Now'))
    .withPanel(
      stat({
        title: 'Load now',
        description: "What the trigger's query gives now, in its own unit.",
        unit: 'short',
        decimals: 1,
        width: 4,
        queries: [[`max(predictive_scaler_observed${TRIGGER})`, 'load']],
      }),
    )
    .withPanel(
      stat({
        title: 'Coming peak',
        description: "The trigger's quantile of the highest load within the horizon.",
        unit: 'short',
        decimals: 1,
        width: 4,
        queries: [[`max(predictive_scaler_forecast_peak${TRIGGER})`, 'peak']],
      }),
    )
    .withPanel(
      stat({
        title: 'Threshold',
        description: 'Load that one replica carries.',
        unit: 'short',
        width: 3,
        queries: [[`max(predictive_scaler_threshold${TRIGGER})`, 'threshold']],
      }),
    )
    .withPanel(
      stat({
        title: 'Replicas asked for',
        description: 'The answered value divided by the threshold, rounded up: before the limits of the HPA.',
        unit: 'short',
        width: 3,
        queries: [[askedFor, 'asked for']],
      }),
    )
    .withPanel(
      stat({
        title: 'Active pods',
        description: 'Replicas that the HPA sees now.',
        unit: 'short',
        width: 3,
        queries: [[`max(kube_horizontalpodautoscaler_status_current_replicas${HPA})`, 'pods']],
      }),
    )
    .withPanel(
      stat({
        title: 'Stage',
        description: 'How far the model has come: observed, trend, daily, weekly.',
        unit: 'short',
        showName: true,
        width: 3,
        queries: [[`max by (stage) (predictive_scaler_stage${TRIGGER}) == 1`, '{{stage}}']],
      }),
    )
    .withPanel(
      stat({
        title: 'Reason',
        description: 'Why the answered value is what it is: docs/metrics.md lists the reasons.',
        unit: 'short',
        showName: true,
        width: 4,
        queries: [[`max by (reason) (predictive_scaler_reason${TRIGGER}) == 1`, '{{reason}}']],
      }),
    )
    .withRow(new dashboard.RowBuilder('Forecast'))
    .withPanel(
      timeSeries({
        title: 'Forecast against reality',
        description:
          'The load as it came, and what had been forecast for that moment one horizon before: mean and band of quantiles. Choose the horizon of the trigger at the top.',
        unit: 'short',
        width: 24,
        queries: [
          [`max(predictive_scaler_observed${TRIGGER})`, 'load'],
          [`max(predictive_scaler_forecast_mean${TRIGGER} offset $horizon)`, 'forecast'],
          [`max(predictive_scaler_forecast${TRIGGER} offset $horizon)`, 'band'],
          [`min(predictive_scaler_forecast${TRIGGER} offset $horizon)`, 'lower end'],
        ],
        lines: {
          load: { color: BLUE },
          forecast: { color: ORANGE, dashed: true },
          band: { color: ORANGE, fillTo: 'lower end' },
          'lower end': { color: ORANGE, unnamed: true },
        },
      }).height(10),
    )
    .withPanel(
      timeSeries({
        title: 'Load, answer and capacity',
        description:
          'The answer should rise before the load does, and the capacity (threshold times active pods) should stay above the load.',
        unit: 'short',
        width: 12,
        queries: [
          [`max(predictive_scaler_observed${TRIGGER})`, 'load'],
          [`max(predictive_scaler_forecast_peak${TRIGGER})`, 'coming peak'],
          [`max(predictive_scaler_value${TRIGGER})`, 'answer'],
          [
            `max(predictive_scaler_threshold${TRIGGER}) * max(kube_horizontalpodautoscaler_status_current_replicas${HPA})`,
            'capacity',
          ],
        ],
        lines: {
          load: { color: BLUE },
          'coming peak': { color: ORANGE, dashed: true },
          answer: { color: GREEN },
          capacity: { color: RED, dashed: true, stepped: true },
        },
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Scaling activity',
        description:
          'Replicas that the answer asks for, that the HPA wants within its limits, and that there are.',
        unit: 'short',
        width: 12,
        stepped: true,
        queries: [
          [askedFor, 'asked for'],
          [`max(kube_horizontalpodautoscaler_status_desired_replicas${HPA})`, 'wanted by the HPA'],
          [`max(kube_horizontalpodautoscaler_status_current_replicas${HPA})`, 'active pods'],
          [`max(kube_horizontalpodautoscaler_spec_max_replicas${HPA})`, 'maximum'],
        ],
        lines: {
          'asked for': { color: GREEN },
          'wanted by the HPA': { color: ORANGE },
          'active pods': { color: BLUE },
          maximum: { color: RED, dashed: true },
        },
      }),
    )
    .withRow(new dashboard.RowBuilder('How far it can be trusted'))
    .withPanel(
      timeSeries({
        title: 'Forecast error against last value',
        description:
          "Mean absolute error at the horizon in use, on the trigger's own past. While the forecast is not below the last value, the model is set aside.",
        unit: 'short',
        width: 8,
        queries: [
          [`max(predictive_scaler_forecast_error${TRIGGER})`, 'forecast'],
          [`max(predictive_scaler_last_value_error${TRIGGER})`, 'last value'],
        ],
        lines: { forecast: { color: ORANGE }, 'last value': { color: BLUE, dashed: true } },
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Coverage',
        description:
          'Share of past peaks that stayed at or below the forecast quantile. Well below the quantile: raise it, or lower the threshold.',
        unit: 'percentunit',
        max: 1,
        width: 8,
        queries: [
          [`max(predictive_scaler_coverage_ratio${TRIGGER})`, 'coverage'],
          [`max(predictive_scaler_quantile_ratio${TRIGGER})`, 'quantile asked for'],
        ],
        lines: { coverage: { color: GREEN }, 'quantile asked for': { color: RED, dashed: true } },
      }),
    )
    .withPanel(
      stateTimeline({
        title: 'Stage and guard',
        description: 'Which stage held when, and when the model was set aside.',
        unit: 'short',
        width: 8,
        queries: [
          [`max by (stage) (predictive_scaler_stage${TRIGGER})`, '{{stage}}'],
          [`2 * max(predictive_scaler_guarded${TRIGGER})`, 'guarded'],
        ],
        states: { '0': ['no', 'transparent'], '1': ['this stage', 'green'], '2': ['set aside', 'orange'] },
      }),
    )
    .withPanel(
      stateTimeline({
        title: 'Reasons over time',
        description: 'Why the answered value was what it was.',
        unit: 'short',
        width: 12,
        queries: [[`max by (reason) (predictive_scaler_reason${TRIGGER})`, '{{reason}}']],
        states: { '1': ['this reason', 'blue'] },
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Age of the model, history still missing',
        description:
          'Time since the newest step that the model has seen, and history that it needs for the next stage: 0 on the last.',
        unit: 's',
        width: 12,
        queries: [
          [`min(predictive_scaler_model_age_seconds${TRIGGER})`, 'age of the model'],
          [`max(predictive_scaler_next_stage_seconds${TRIGGER})`, 'missing for the next stage'],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Overload beside the accepted share',
        description:
          'Share of time in which the load was above what the ready pods carry, beside the share that targetOverload accepts. Empty for triggers without targetOverload.',
        unit: 'percentunit',
        width: 24,
        queries: [
          [`max(predictive_scaler_overload_ratio${overloadOf('day')})`, 'last day'],
          [`max(predictive_scaler_overload_ratio${overloadOf('week')})`, 'last week'],
          [`max(predictive_scaler_target_overload_ratio${TRIGGER})`, 'accepted'],
        ],
        lines: {
          'last day': { color: BLUE },
          'last week': { color: ORANGE },
          accepted: { color: RED, dashed: true },
        },
      }),
    )
    .withPanel(
      table({
        title: 'All triggers',
        description: 'Every trigger that the scaler knows, with what it observes and answers.',
        unit: 'short',
        decimals: 2,
        width: 24,
        labels: { namespace: 'Namespace', scaledobject: 'ScaledObject', metric: 'Metric' },
        figures: [
          { heading: 'Load', expr: `${BY_TRIGGER} (predictive_scaler_observed)` },
          { heading: 'Answer', expr: `${BY_TRIGGER} (predictive_scaler_value)` },
          { heading: 'Threshold', expr: `${BY_TRIGGER} (predictive_scaler_threshold)` },
          {
            heading: 'Replicas asked for',
            expr: `ceil(${BY_TRIGGER} (predictive_scaler_value) / ${BY_TRIGGER} (predictive_scaler_threshold))`,
            looks: [{ id: 'decimals', value: 0 }],
          },
          {
            heading: 'Better than last value',
            expr: `1 - ${BY_TRIGGER} (predictive_scaler_forecast_error) / ${BY_TRIGGER} (predictive_scaler_last_value_error)`,
            looks: [{ id: 'unit', value: 'percentunit' }],
          },
        ],
      }),
    )
    .withRow(new dashboard.RowBuilder('Requests'))
    .withPanel(
      stat({
        title: 'Current rate',
        description: 'Requests per second of all apps.',
        unit: 'reqps',
        decimals: 1,
        width: 4,
        queries: [['sum(rate(app_requests_total[$__rate_interval]))', 'rate']],
      }).height(8),
    )
    .withPanel(
      stat({
        title: 'Total requests',
        description: 'Requests of all apps in the time shown.',
        unit: 'short',
        decimals: 0,
        width: 4,
        queries: [['sum(increase(app_requests_total[$__range]))', 'requests']],
      }).height(8),
    )
    .withPanel(
      timeSeries({
        title: 'Request trend',
        description:
          'Requests per second of each app. The dashed lines are what one replica (10) and ten replicas (100) of app-a or app-b carry.',
        unit: 'reqps',
        width: 8,
        limits: [
          [null, 'transparent'],
          [10, 'orange'],
          [100, 'red'],
        ],
        queries: [['sum by (app) (rate(app_requests_total[$__rate_interval]))', '{{app}}']],
      }),
    )
    .withPanel(
      new PieChartBuilder()
        .title('Distribution by endpoint')
        .description('Which endpoints the requests of the time shown went to.')
        .datasource(dataSource)
        .span(8)
        .height(8)
        .unit('short')
        .decimals(0)
        .targets(
          latestQueries([
            ['sum by (app, endpoint) (increase(app_requests_total[$__range]))', '{{app}} {{endpoint}}'],
          ]),
        )
        .legend(
          new PieChartLegendOptionsBuilder()
            .displayMode(common.LegendDisplayMode.Table)
            .placement(common.LegendPlacement.Right)
            .showLegend(true)
            .values([PieChartLegendValues.Percent]),
        )
        .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false)),
    )
    .withPanel(
      table({
        title: 'Simulated history',
        description:
          'What the apps tell of a simulated week: requests and busiest minute of each of the last seven whole days (UTC).',
        width: 24,
        labels: { app: 'App', weekday: 'Weekday', days_ago: 'Days ago' },
        figures: [
          {
            heading: 'Requests of the day',
            expr: 'max by (app, weekday, days_ago) (app_requests_historical_day_requests)',
            looks: [
              { id: 'unit', value: 'short' },
              { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
            ],
          },
          {
            heading: 'Busiest minute',
            expr: 'max by (app, weekday, days_ago) (app_requests_historical_peak_per_second)',
            looks: [{ id: 'unit', value: 'reqps' }],
          },
          {
            heading: 'Mean',
            expr: 'avg by (app, weekday, days_ago) (app_requests_historical_per_second)',
            looks: [{ id: 'unit', value: 'reqps' }],
          },
        ],
      }),
    )
    .withRow(new dashboard.RowBuilder("The scaler's health"))
    .withPanel(
      timeSeries({
        title: 'Calls from KEDA',
        description: 'Answered gRPC calls per second, by method and status. Anything but OK is worth a look.',
        unit: 'reqps',
        width: 8,
        queries: [
          [
            `sum by (method, code) (label_replace(rate(predictive_scaler_rpc_duration_seconds_count{${CALLS}}[$__rate_interval]), "method", "$1", "method", ".*/(.*)"))`,
            '{{method}} {{code}}',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Time of a call',
        description: 'How long a call from KEDA takes. Answers come from memory: 100 ms is slow.',
        unit: 's',
        width: 8,
        limits: [
          [null, 'transparent'],
          [0.1, 'orange'],
        ],
        queries: [
          [histogramQuantile(0.99, `predictive_scaler_rpc_duration_seconds_bucket{${CALLS}}`), '99 %'],
          [histogramQuantile(0.5, `predictive_scaler_rpc_duration_seconds_bucket{${CALLS}}`), 'half'],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Delay of the event loop',
        description: 'Above 0.1 s calls from KEDA wait: fewer triggers per replica, or more processor.',
        unit: 's',
        width: 8,
        limits: [
          [null, 'transparent'],
          [0.1, 'orange'],
        ],
        queries: [
          ['nodejs_eventloop_lag_p99_seconds and on (instance) predictive_scaler_build_info', '{{instance}}'],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Requests to sources of history',
        description: 'Requests per second by source, kind and outcome.',
        unit: 'reqps',
        width: 6,
        queries: [
          [
            'sum by (source, kind, outcome) (rate(predictive_scaler_fetch_duration_seconds_count[$__rate_interval]))',
            '{{source}} {{kind}} {{outcome}}',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Time of fetches and fits',
        description:
          'The slowest twentieth of requests to sources, and of fits with their wait for a worker.',
        unit: 's',
        width: 6,
        queries: [
          [
            histogramQuantile(0.95, 'predictive_scaler_fetch_duration_seconds_bucket', ['kind']),
            'fetch, {{kind}}',
          ],
          [
            'histogram_quantile(0.95, sum by (le) (increase(predictive_scaler_fit_duration_seconds_bucket[$__range])))',
            'fit',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Memory',
        description: 'Resident memory of each replica.',
        unit: 'bytes',
        width: 6,
        queries: [
          ['process_resident_memory_bytes and on (instance) predictive_scaler_build_info', '{{instance}}'],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Triggers, and those with an error',
        description:
          'Triggers that a replica knows, and those for which KEDA gets an error instead of a value.',
        unit: 'short',
        width: 6,
        stepped: true,
        queries: [
          ['max(predictive_scaler_triggers)', 'triggers'],
          [`count(${BY_TRIGGER} (predictive_scaler_answer_error)) or vector(0)`, 'with an error'],
        ],
        lines: { triggers: { color: BLUE }, 'with an error': { color: RED } },
      }),
    )
    .withRow(new dashboard.RowBuilder('KEDA'))
    .withPanel(
      timeSeries({
        title: 'Metric value in KEDA',
        description: 'What KEDA has got from each trigger of this ScaledObject and hands to the HPA.',
        unit: 'short',
        width: 8,
        queries: [[`max by (metric) (keda_scaler_metrics_value${KEDA_TRIGGER})`, '{{metric}}']],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Time that KEDA waits for a metric',
        description: 'Latency of the last read of each trigger, as KEDA measures it.',
        unit: 's',
        width: 8,
        queries: [[`max by (metric) (keda_scaler_metrics_latency_seconds${KEDA_TRIGGER})`, '{{metric}}']],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Errors and activity in KEDA',
        description:
          'Failed reads per second of each trigger, and whether KEDA holds it active (1) or not (0).',
        unit: 'short',
        width: 8,
        queries: [
          [
            `sum by (metric) (rate(keda_scaler_detail_errors_total${KEDA_TRIGGER}[$__rate_interval]))`,
            '{{metric}}: errors/s',
          ],
          [`max by (metric) (keda_scaler_active${KEDA_TRIGGER})`, '{{metric}}: active'],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Metrics server to operator: calls',
        description: 'Calls per second by which the HPA gets its metrics through KEDA, by status.',
        unit: 'reqps',
        width: 8,
        queries: [
          [
            'sum by (grpc_code) (rate(keda_internal_metricsservice_grpc_client_handled_total[$__rate_interval]))',
            '{{grpc_code}}',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Metrics server to operator: time',
        description: 'How long such a call takes; the time of our own answer is part of it.',
        unit: 's',
        width: 8,
        queries: [
          [
            histogramQuantile(0.99, 'keda_internal_metricsservice_grpc_client_handling_seconds_bucket'),
            '99 %',
          ],
          [
            histogramQuantile(0.5, 'keda_internal_metricsservice_grpc_client_handling_seconds_bucket'),
            'half',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Delay of KEDA’s scaling loop',
        description: 'How much later than planned KEDA polls a ScaledObject.',
        unit: 's',
        width: 8,
        queries: [
          [
            'max by (resource) (keda_internal_scale_loop_latency_seconds{namespace="$namespace",type="scaledobject"})',
            '{{resource}}',
          ],
        ],
      }),
    )
    .build();
}
