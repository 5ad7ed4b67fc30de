import { mean } from 'simple-statistics';
import { type FittedModel, fit, forecast, update } from '../../scaler/forecast/index.js';
import { textTable } from '../../scaler/shared/text-table.js';
import type { Trace } from './traces.js';
import { type Evaluated, evaluatedSeries } from './windows.js';

const QUANTILE = 0.9;
const REFIT_SECONDS = 3 * 3600;
/** Horizons of the peak: 15 minutes from anywhere in a step, and two hours. */
const HORIZONS_SECONDS = [1200, 7200] as const;
/** Days that are evaluated, where four more are there to learn from; else fewer. */
const DAYS = { fine: 6, coarse: 14 };
const FEWER_DAYS = { fine: 2, coarse: 7 };

/** Share of what came that stayed at or below the quantile that had been forecast for it. */
export interface Coverage {
  readonly trace: string;
  /** Of all single steps of the longer horizon. */
  readonly steps: number;
  /** Of the peak over each of the horizons. */
  readonly peaks: readonly number[];
}

/**
 * Measures how often a trace stays at or below its forecast quantile, as a running scaler answers it: a forecast at each
 * step of the last six days (two weeks at coarser steps; fewer of a short trace), a new fit every three hours. Undefined when
 * the trace is too short.
 */
export function measureCoverage(trace: Trace): Coverage | undefined {
  const evaluated = evaluatedSeries(trace, DAYS) ?? evaluatedSeries(trace, FEWER_DAYS);
  if (evaluated === undefined) return undefined;
  const [short, long] = HORIZONS_SECONDS.map((seconds) => replay(evaluated, seconds));
  return { trace: trace.name, steps: long!.steps, peaks: [short!.peak, long!.peak] };
}

function replay({ series, historySteps, firstOrigin, lastOrigin }: Evaluated, horizonSeconds: number) {
  const { startSeconds, stepSeconds, values, peaks = values } = series;
  const horizonSteps = Math.max(1, Math.round(horizonSeconds / stepSeconds));
  const refitSteps = Math.max(1, Math.round(REFIT_SECONDS / stepSeconds));
  const steps: number[] = [];
  const highest: number[] = [];
  let model: FittedModel | undefined;
  for (let origin = firstOrigin; origin <= lastOrigin; origin++) {
    if (model === undefined || (origin - firstOrigin) % refitSteps === 0) {
      const from = origin - historySteps;
      const known = {
        startSeconds: startSeconds + from * stepSeconds,
        stepSeconds,
        values: values.slice(from, origin),
        peaks: peaks.slice(from, origin),
      };
      model = fit(known, { horizonSteps, seasonality: 'auto', timezone: 'UTC', quantile: QUANTILE });
    } else update(model, values[origin - 1]!, peaks[origin - 1]!);
    const ahead = forecast(model, horizonSteps, [QUANTILE]);
    const came = values.subarray(origin, origin + horizonSteps);
    for (const [h, value] of came.entries()) steps.push(Number(value <= ahead.quantiles[0]![h]!));
    highest.push(Number(Math.max(...peaks.subarray(origin, origin + horizonSteps)) <= ahead.peaks[0]!));
  }
  return { steps: mean(steps), peak: mean(highest) };
}

/** A row for each trace: its own coverage, not that of all together. */
export function coverageTable(traces: readonly Trace[]): string {
  const measured = traces.flatMap((trace) => measureCoverage(trace) ?? []);
  if (measured.length === 0) return 'Coverage: no trace is long enough; two weeks are a good length';
  return [
    'Coverage: share that stayed at or below the 0.9 quantile, forecast at each step of the last days as a scaler that runs does',
    ...textTable([
      ['trace', 'single steps up to 2h', 'peak of 20m', 'peak of 2h'],
      ...measured.map(({ trace, steps, peaks }) => [
        trace,
        ...[steps, ...peaks].map((share) => share.toFixed(3)),
      ]),
    ]),
  ].join('\n');
}
