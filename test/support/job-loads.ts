import assert from 'node:assert/strict';
import { fit, forecast, update } from '../../scaler/forecast/index.js';

const MINUTE = 60;
export const DAY_MINUTES = 1440;
export const HORIZON_MINUTES = 15;
/** A Monday. */
const START = Date.UTC(2026, 0, 5) / 1000;
export const JOB = 1000;

/** A load by minutes since a Monday, 2026-01-05. */
export type MinuteLoad = (minute: number) => number;
/** Noise between -1 and 1, equal in every run. */
export const noise = (t: number) => Math.sin(t * t * 0.731 + t * 12.9898);
/** Always the same. */
export const flat: MinuteLoad = () => 10;
/** A daily wave with noise. */
export const wave: MinuteLoad = (minute) =>
  (100 - 60 * Math.cos((2 * Math.PI * minute) / DAY_MINUTES)) * (1 + 0.1 * noise(minute));

/** A load with a job of 20 minutes on some days, beginning `atMinute` of the day. */
export const withJob =
  (base: MinuteLoad, atMinute: number, runs: (day: number) => boolean): MinuteLoad =>
  (minute) => {
    const sinceStart = (minute - atMinute + 2 * DAY_MINUTES) % DAY_MINUTES;
    const day = Math.floor((minute - sinceStart) / DAY_MINUTES);
    return base(minute) + (sinceStart < 20 && runs(day) ? JOB : 0);
  };

function seriesOf(load: MinuteLoad, fromMinute: number, toMinute: number, stepMinutes: number) {
  const steps = Math.floor((toMinute - fromMinute) / stepMinutes);
  const values = new Float64Array(steps);
  const peaks = new Float64Array(steps);
  for (let i = 0; i < steps; i++) {
    const inside = Array.from({ length: stepMinutes }, (_, k) => load(fromMinute + i * stepMinutes + k));
    values[i] = inside.reduce((sum, value) => sum + value, 0) / stepMinutes;
    peaks[i] = Math.max(...inside);
  }
  return { startSeconds: START + fromMinute * MINUTE, stepSeconds: stepMinutes * MINUTE, values, peaks };
}

/** The 0.9 quantile of the peak within 15 minutes, known at a minute, from up to 14 days. `refitMinutes` ago was the fit. */
export function peakAt(load: MinuteLoad, minute: number, stepMinutes: number, refitMinutes = 0) {
  const end = Math.floor(minute / stepMinutes) * stepMinutes;
  const fitted = Math.floor((minute - refitMinutes) / stepMinutes) * stepMinutes;
  const horizonSteps = HORIZON_MINUTES / stepMinutes;
  const model = fit(seriesOf(load, Math.max(0, fitted - 14 * DAY_MINUTES), fitted, stepMinutes), {
    horizonSteps,
    seasonality: 'auto',
    timezone: 'UTC',
  });
  const since = seriesOf(load, fitted, end, stepMinutes);
  since.values.forEach((value, i) => {
    update(model, value, since.peaks[i]!);
  });
  return forecast(model, horizonSteps, [0.9]).peaks[0]!;
}

// Hours and weekdays of the third day of a job: a Monday morning, a Saturday at midnight, a Wednesday night.
const MOMENTS = [
  { minute: 8 * 60 + 55, day: 14 },
  { minute: 0, day: 19 },
  { minute: 23 * 60 + 50, day: 16 },
];

/** Declares the tests of jobs that are new, have moved or ran once. */
export function testNewRhythms(step: number): void {
  for (const [name, base] of [
    ['a constant load', flat],
    ['a daily wave', wave],
  ] as const) {
    it(`is forecast a horizon ahead once it was seen twice: on ${name}, step ${step}m`, () => {
      for (const { minute, day } of MOMENTS) {
        const load = withJob(base, minute, (d) => d >= day - 2);
        const start = day * DAY_MINUTES + minute;
        // The horizon ends with the step in which the job begins.
        const ahead = peakAt(load, start - HORIZON_MINUTES + step, step);
        assert.ok(ahead >= 0.8 * JOB, `day ${day}, minute ${minute}: ${ahead}`);
        const carriedOn = peakAt(load, start - HORIZON_MINUTES + step, step, 600);
        assert.ok(carriedOn >= 0.8 * JOB, `day ${day}, minute ${minute}, fitted ten hours ago: ${carriedOn}`);
      }
    });

    it(`is forecast at its new time and no longer at its old: on ${name}, step ${step}m`, () => {
      for (const { minute, day } of MOMENTS) {
        const before = withJob(base, minute, (d) => d < day - 2);
        const load = withJob(before, (minute + 60) % DAY_MINUTES, (d) => d >= day - 2);
        const oldStart = day * DAY_MINUTES + minute;
        const newStart = day * DAY_MINUTES + ((minute + 60) % DAY_MINUTES);
        const ahead = peakAt(load, newStart - HORIZON_MINUTES + step, step);
        assert.ok(ahead >= 0.8 * JOB, `new time, day ${day}, minute ${minute}: ${ahead}`);
        for (const at of [oldStart - HORIZON_MINUTES + step, oldStart]) {
          const left = peakAt(load, at, step);
          assert.ok(left < 0.4 * JOB, `old time, day ${day}, minute ${minute}: ${left}`);
        }
      }
    });

    it(`is not made of one incident: on ${name}, step ${step}m`, () => {
      for (const { minute, day } of MOMENTS) {
        const at = day * DAY_MINUTES + minute - HORIZON_MINUTES + step;
        const incident = peakAt(
          withJob(base, minute, (d) => d === day - 1),
          at,
          step,
        );
        const without = peakAt(base, at, step);
        // What the members take of an incident: 15 typical changes, a small part of which reaches the season.
        assert.ok(incident <= without + 0.1 * JOB, `${incident}, without the incident ${without}`);
      }
    });
  }
}

const loads: readonly (readonly [string, MinuteLoad])[] = [
  ['noise', (minute) => 136 + 5 * noise(minute)],
  ['a daily wave', wave],
  // A wave of 53 minutes has no place in a day: the last value tells most.
  ['a wandering load', (minute) => 136 + 20 * Math.sin((2 * Math.PI * minute) / 53) + 3 * noise(minute)],
];

/** Declares the tests of a single wild sample. */
export function testWildSamples(step: number): void {
  for (const [name, base] of loads)
    it(`has no effect a horizon later: on ${name}, step ${step}m`, () => {
      const wildAt = 14 * DAY_MINUTES + 603;
      const load: MinuteLoad = (minute) => (minute === wildAt ? 2000 : base(minute));
      const known = (Math.floor(wildAt / step) + 1) * step;
      // Fitted again with the sample in its history, and carried on by updates from the evening before.
      for (const later of [HORIZON_MINUTES, 60, DAY_MINUTES - HORIZON_MINUTES])
        for (const refitMinutes of [0, 700]) {
          const at = known + later;
          const [after, without] = [load, base].map((of) => peakAt(of, at, step, refitMinutes));
          assert.ok(
            Math.abs(after! / without! - 1) < 0.05,
            `${later} min later, fitted ${refitMinutes} min ago: ${after}, without it ${without}`,
          );
        }
    });
}
