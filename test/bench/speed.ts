import { serialize } from 'node:v8';
import { fitCompanions } from '../../scaler/forecast/companions.js';
import { MOST_ORIGINS } from '../../scaler/forecast/fit.js';
import {
  type FitOptions,
  type FittedModel,
  fit,
  forecast,
  type Series,
  update,
} from '../../scaler/forecast/index.js';
import { spreadOrigins } from '../../scaler/forecast/origins.js';
import { smooth } from '../../scaler/forecast/recursion/holt-winters.js';
import { startMember } from '../../scaler/forecast/recursion/start-member.js';
import { seasonSlots } from '../../scaler/forecast/seasons/local-time.js';
import { fitCompact } from '../../scaler/planner/fit-worker.js';
import { textTable } from '../../scaler/shared/text-table.js';

const DAY_SECONDS = 86_400;
const ROUNDS = 15;

interface Shape {
  readonly name: string;
  readonly series: Series;
  readonly options: FitOptions;
}

/**
 * Time of a fit, beside one pass of plain Holt-Winters over the same points in the same run, so that the ratio says the
 * same on a slower or busier machine; then forecasts per second on one core, and the memory of a model at rest.
 */
export function speedTable(): string {
  const shapes: readonly Shape[] = [
    shape('4,032 points, daily and weekly season', 4032, 300, 24, 'auto'),
    shape('10,080 points, season of 1,440', 10_080, 60, 15, [DAY_SECONDS]),
  ];
  const rows = shapes.map(({ name, series, options }) => {
    const model = fit(series, options);
    const fitMs = leastMs(() => fit(series, options));
    const passMs = leastMs(plainPass(series));
    const companionsMs = leastMs(companionsAlone(series, options));
    const forecastMs = leastMs(() => {
      for (let i = 0; i < 100; i++) forecast(model, options.horizonSteps, [0.1, 0.9]);
    });
    const updateMs = leastMs(hundredUpdates(model));
    const poolAlone = { ...structuredClone(model.mean), companions: undefined };
    const poolUpdateMs = leastMs(hundredUpdates({ ...model, mean: poolAlone, peak: poolAlone }));
    return [
      name,
      fitMs.toFixed(1),
      (fitMs / passMs).toFixed(0),
      (fitMs / (fitMs - companionsMs)).toFixed(1),
      Math.round(1e5 / forecastMs).toLocaleString('en-GB'),
      Math.round(1e5 / updateMs).toLocaleString('en-GB'),
      (updateMs / poolUpdateMs).toFixed(1),
      Math.round(serialize(fitCompact(series, options)).length / 1024).toLocaleString('en-GB'),
    ];
  });
  return [
    'Speed: the fastest of 15 runs on one core; a plain pass is one run of Holt-Winters over the same points in the same process,',
    'the pool alone is the same without regression, trees and nearest moments',
    ...textTable([
      [
        ...['series', 'fit ms', 'in plain passes', 'pool alone = 1'],
        ...['forecasts/s', 'updates/s', 'time, pool alone = 1', 'model KiB'],
      ],
      ...rows,
    ]),
  ].join('\n');
}

function shape(
  name: string,
  points: number,
  stepSeconds: number,
  horizonSteps: number,
  seasonality: FitOptions['seasonality'],
): Shape {
  const day = DAY_SECONDS / stepSeconds;
  // A noise that is equal in every run; the maxima are missing, as one channel is what other forecasters fit.
  const values = Float64Array.from(
    { length: points },
    (_, t) => 100 + 40 * Math.sin((2 * Math.PI * t) / day) + 10 * Math.sin(t * t * 0.731),
  );
  return {
    name,
    series: { startSeconds: 0, stepSeconds, values },
    options: { horizonSteps, seasonality, timezone: 'UTC' },
  };
}

function plainPass({ values, startSeconds, stepSeconds }: Series): () => void {
  const slotCount = DAY_SECONDS / stepSeconds;
  const track = {
    values,
    slots: [seasonSlots({ startSeconds, stepSeconds, timezone: 'UTC' }, values.length, DAY_SECONDS)],
  };
  const parameters = { alpha: 0.1, beta: 0.01, phi: 1, gamma: 0.1, omega: 0, kappa: 0, rho: 0 };
  const layout = {
    form: 'additive',
    logOffset: 0,
    seasons: [{ periodSeconds: DAY_SECONDS, slotCount }],
  } as const;
  return () => smooth(startMember({ name: 'plain', ...layout }, parameters, track), track, 0, values.length);
}

function hundredUpdates(model: FittedModel): () => void {
  return () => {
    for (let i = 0; i < 100; i++) update(model, 100, 110);
  };
}

/** The part of a fit that regression, trees and nearest moments take. The series stands in for the pool's forecasts. */
function companionsAlone({ values, ...clock }: Series, { horizonSteps, timezone }: FitOptions): () => void {
  const origins = spreadOrigins(
    values.length,
    values.length >> 1,
    MOST_ORIGINS,
    DAY_SECONDS / clock.stepSeconds,
    horizonSteps,
  );
  const pool = new Float64Array(origins.steps.length * horizonSteps).map(
    (_, k) => values[k % values.length]!,
  );
  return () => fitCompanions(values, values, { ...clock, timezone }, origins, pool);
}

/** Wall time of the fastest of several runs, after one that does not count. */
export function leastMs(work: () => unknown): number {
  work();
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  });
  return Math.min(...times);
}
