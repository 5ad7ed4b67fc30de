import { geometricMean, mean } from 'simple-statistics';
import { fit, forecast } from '../../scaler/forecast/index.js';
import { textTable } from '../../scaler/shared/text-table.js';
import { forecastsOfLightGbm } from './lightgbm.js';
import { plainHoltWinters } from './plain-holt-winters.js';
import type { Trace } from './traces.js';
import { HORIZON_SECONDS, type Window, windowsOf } from './windows.js';

/** Horizons at which errors are given. */
const HORIZONS_SECONDS = [1800, HORIZON_SECONDS];
const DAY_SECONDS = 86_400;
/** Two forecasts without any error at all are equally good. */
const SMALLEST_ERROR = 1e-9;

/** Ways to forecast, by the name that the table gives them. */
const METHODS = ['forecast', 'last value', 'Holt-Winters', 'LightGBM'] as const;
type Method = (typeof METHODS)[number];

/** Errors of ways to forecast, each as a multiple of the same time yesterday's. */
export interface Accuracy {
  readonly trace: string;
  /** At each of the horizons; without LightGBM where Python does not have it. */
  readonly ratios: Readonly<Partial<Record<Method, readonly number[]>>>;
}

/** Measures forecasts of step means on one trace; undefined when the trace is too short. */
export function measureAccuracy(trace: Trace): Accuracy | undefined {
  const windows = windowsOf(trace);
  if (windows.length === 0) return undefined;
  const forecasts = {
    forecast: windows.map(forecastWindow),
    'last value': windows.map(({ known, came }) => came.map(() => known.at(-1)!)),
    'Holt-Winters': windows.map(({ known, came, stepSeconds }) =>
      plainHoltWinters(known, DAY_SECONDS / stepSeconds, came.length),
    ),
    LightGBM: forecastsOfLightGbm(windows),
  };
  const yesterday = errorsOf(
    windows,
    windows.map(({ known, stepSeconds }) => known.subarray(-DAY_SECONDS / stepSeconds)),
  );
  const ratios: Partial<Record<Method, number[]>> = {};
  for (const method of METHODS) {
    const made = forecasts[method];
    if (made) ratios[method] = errorsOf(windows, made).map((error, i) => error / yesterday[i]!);
  }
  return { trace: trace.name, ratios };
}

/** A row for each trace and one for all: mean absolute errors at 30 min and 2 h. */
export function accuracyTable(traces: readonly Trace[]): string {
  const measured = traces.flatMap((trace) => measureAccuracy(trace) ?? []);
  const [first] = measured;
  if (!first) return 'Accuracy: no trace is long enough; two weeks are a good length';
  const methods = METHODS.filter((method) => first.ratios[method]);
  const row = (name: string, ratiosOf: (method: Method) => readonly number[]) => [
    name,
    ...methods.flatMap((method) => ratiosOf(method).map((ratio) => ratio.toFixed(3))),
  ];
  return [
    'Accuracy: mean absolute error, same time yesterday = 1',
    ...textTable([
      ['trace', ...methods.flatMap((method) => [`${method} 30m`, '2h'])],
      ...measured.map(({ trace, ratios }) => row(trace, (method) => ratios[method]!)),
      row('all (geometric mean)', (method) =>
        HORIZONS_SECONDS.map((_, i) => geometricMean(measured.map(({ ratios }) => ratios[method]![i]!))),
      ),
    ]),
  ].join('\n');
}

function forecastWindow({ known, came, startSeconds, stepSeconds }: Window): Float64Array {
  const horizonSteps = came.length;
  const series = { startSeconds, stepSeconds, values: known };
  const model = fit(series, { horizonSteps, seasonality: 'auto', timezone: 'UTC' });
  return forecast(model, horizonSteps, []).mean;
}

/** Mean absolute error at each of the horizons over all windows. */
function errorsOf(windows: readonly Window[], forecasts: readonly ArrayLike<number>[]): number[] {
  return HORIZONS_SECONDS.map((seconds) => {
    const errors = windows.map(({ came, stepSeconds }, w) => {
      const steps = Math.max(1, Math.trunc(seconds / stepSeconds));
      return mean(Array.from(came.subarray(0, steps), (value, h) => Math.abs(value - forecasts[w]![h]!)));
    });
    return Math.max(SMALLEST_ERROR, mean(errors));
  });
}
