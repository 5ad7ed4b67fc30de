import { geometricMean, mean } from 'simple-statistics';
import { fit, forecast } from '../../scaler/forecast/index.js';
import { textTable } from '../../scaler/shared/text-table.js';
import type { Trace } from './traces.js';
import { HORIZON_SECONDS, type Window, windowsOf } from './windows.js';

/** Horizons at which errors are given. */
const HORIZONS_SECONDS = [1800, HORIZON_SECONDS];
const QUANTILE = 0.9;
/** Two forecasts without any error at all are equally good. */
const SMALLEST_ERROR = 1e-9;

/** Errors of ways to forecast, each as a multiple of the same time yesterday's, and the coverage of the quantile. */
export interface Accuracy {
  readonly trace: string;
  /** At each of the horizons. */
  readonly own: readonly number[];
  readonly lastValue: readonly number[];
  readonly coverage: number;
}

/** Measures the forecast of step means on one trace; undefined when the trace is too short. */
export function measureAccuracy(trace: Trace): Accuracy | undefined {
  const windows = windowsOf(trace);
  if (windows.length === 0) return undefined;
  const errors = windows.map(measureWindow);
  const ratios = (key: 'own' | 'lastValue') =>
    HORIZONS_SECONDS.map((_, i) => {
      const [own, naive] = [key, 'yesterday' as const].map((of) =>
        Math.max(SMALLEST_ERROR, mean(errors.map((error) => error[of][i]!))),
      );
      return own! / naive!;
    });
  return {
    trace: trace.name,
    own: ratios('own'),
    lastValue: ratios('lastValue'),
    coverage: mean(errors.map(({ coverage }) => coverage)),
  };
}

/** A row for each trace and one for all: mean absolute errors at 30 min and 2 h. */
export function accuracyTable(traces: readonly Trace[]): string {
  const measured = traces.flatMap((trace) => measureAccuracy(trace) ?? []);
  if (measured.length === 0) return 'Accuracy: no trace is long enough; two weeks are a good length';
  const row = (name: string, own: readonly number[], lastValue: readonly number[], coverage: number) => [
    name,
    ...[...own, ...lastValue].map((ratio) => ratio.toFixed(3)),
    coverage.toFixed(3),
  ];
  const overall = (key: 'own' | 'lastValue') =>
    HORIZONS_SECONDS.map((_, i) => geometricMean(measured.map((one) => one[key][i]!)));
  return [
    'Accuracy: mean absolute error, same time yesterday = 1; then the coverage of the 0.9 quantile',
    ...textTable([
      ['trace', 'forecast 30m', '2h', 'last value 30m', '2h', 'coverage'],
      ...measured.map(({ trace, own, lastValue, coverage }) => row(trace, own, lastValue, coverage)),
      row(
        'all (geometric mean; mean)',
        overall('own'),
        overall('lastValue'),
        mean(measured.map(({ coverage }) => coverage)),
      ),
    ]),
  ].join('\n');
}

function measureWindow({ known, came, startSeconds, stepSeconds }: Window) {
  const horizonSteps = came.length;
  const day = 86_400 / stepSeconds;
  const model = fit(
    { startSeconds, stepSeconds, values: known },
    { horizonSteps, seasonality: 'auto', timezone: 'UTC' },
  );
  const ahead = forecast(model, horizonSteps, [QUANTILE]);
  const errors = (expected: (h: number) => number) =>
    HORIZONS_SECONDS.map((seconds) => {
      const steps = Math.max(1, Math.trunc(seconds / stepSeconds));
      return mean(Array.from(came.subarray(0, steps), (value, h) => Math.abs(value - expected(h))));
    });
  return {
    own: errors((h) => ahead.mean[h]!),
    lastValue: errors(() => known.at(-1)!),
    yesterday: errors((h) => known[known.length - day + h]!),
    coverage: mean(Array.from(came, (value, h) => Number(value <= ahead.quantiles[0]![h]!))),
  };
}
