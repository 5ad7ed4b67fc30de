import assert from 'node:assert/strict';
import type { HistorySource } from '../history/types.js';
import { timeoutFailure } from '../prometheus/request-failure.js';
import { ScalerError } from '../shared/errors.js';
import { loadOfSamples, recordingOfQuery, recordingOfSamples } from './recording.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// 2026-03-02T00:00:00Z
const MIDNIGHT = 1_772_409_600;
const isDay = (at: number) => at % DAY >= 6 * HOUR && at % DAY < 22 * HOUR;
/** Something was out of order in the middle of the third day. */
const isOutage = (at: number) => at >= MIDNIGHT + 2.5 * DAY && at < MIDNIGHT + 2.5 * DAY + 3 * HOUR;
const isPresent = (at: number) => isDay(at) && !isOutage(at);

function nightly() {
  const timestamps = [];
  for (let at = MIDNIGHT; at < MIDNIGHT + 6 * DAY; at += MINUTE) if (isPresent(at)) timestamps.push(at);
  return {
    timestamps: Float64Array.from(timestamps),
    values: Float64Array.from(timestamps, () => 100),
  };
}

/** What a value at a moment is: of the minutes, or of the steps. */
const at = (startSeconds: number, stepSeconds: number, values: Float64Array, seconds: number) =>
  values[Math.floor((seconds - startSeconds) / stepSeconds)];

describe('a recording of samples', () => {
  it('has no load in nights without samples where an empty result reads as 0, and a gap where one came once', () => {
    const { load, steps } = recordingOfSamples(nightly(), 300, true);
    for (let n = 1; n < 5; n++) {
      const night = MIDNIGHT + n * DAY + 3 * HOUR;
      assert.equal(at(load.startSeconds, 60, load.demand, night), 0);
      assert.equal(at(load.startSeconds, 60, load.observed, night), 0);
      assert.equal(at(steps.startSeconds, 300, steps.values, night), 0);
    }
    const outage = MIDNIGHT + 2.5 * DAY + HOUR;
    assert.equal(at(load.startSeconds, 60, load.demand, outage), Number.NaN);
    assert.equal(at(steps.startSeconds, 300, steps.values, outage), Number.NaN);
    assert.equal(at(steps.startSeconds, 300, steps.values, outage + 4 * HOUR), 100);
  });

  it('knows nothing of times without samples otherwise', () => {
    const { load } = recordingOfSamples(nightly(), 300);
    assert.equal(at(load.startSeconds, 60, load.demand, MIDNIGHT + DAY + 3 * HOUR), Number.NaN);
  });
});

describe('a recording of a query', () => {
  const series =
    (known: (at: number) => boolean, value: number) =>
    async (from: number, to: number, stepSeconds: number) => ({
      startSeconds: from,
      stepSeconds,
      values: Float64Array.from({ length: (to - from) / stepSeconds }, (_, i) =>
        known(from + i * stepSeconds) ? value : Number.NaN,
      ),
    });
  const present = series(isPresent, 100);
  const trigger = { query: 'load', stepSeconds: 300, ignoreNullValues: true };
  const strict = { ...trigger, ignoreNullValues: false };
  const source: HistorySource = {
    clockOffsetSeconds: 0,
    sliceSteps: () => 1000,
    range: (_query, from, to, stepSeconds) => present(from, to, stepSeconds),
    heartbeat: series((at) => !isOutage(at), 1),
    instant: async (_query, atSeconds) => ({ atSeconds, value: 100 }),
  };

  it('tells a night without a series from an outage by the heartbeat of the source', async () => {
    const recording = await recordingOfQuery(source, trigger, MIDNIGHT + 6 * DAY, 6 * DAY);
    const { load, steps } = recording!;
    // The only night that counts is one after the series was first there.
    assert.equal(at(load.startSeconds, 60, load.demand, MIDNIGHT + DAY + 3 * HOUR), 0);
    assert.equal(at(steps.startSeconds, 300, steps.values, MIDNIGHT + DAY + 3 * HOUR), 0);
    assert.equal(at(steps.startSeconds, 300, steps.values, MIDNIGHT + 3 * HOUR), Number.NaN);
    assert.equal(at(steps.startSeconds, 300, steps.values, MIDNIGHT + 2.5 * DAY + HOUR), Number.NaN);
  });

  it('asks for less at once from a source that answers only short ranges in time', async () => {
    const asked: number[] = [];
    const slow: HistorySource = {
      ...source,
      range: async (query, from, to, stepSeconds) => {
        asked.push(to - from);
        const cause = timeoutFailure(30);
        if (to - from > DAY) throw new ScalerError(cause.kind, `Prometheus ${cause.message}`, { cause });
        return source.range(query, from, to, stepSeconds);
      },
    };
    const end = MIDNIGHT + 6 * DAY;
    assert.deepEqual(
      await recordingOfQuery(slow, strict, end, 6 * DAY),
      await recordingOfQuery(source, strict, end, 6 * DAY),
    );
    // 8640 minutes in slices of 1000 are never more than a day. Of 1728 steps 1000 and 500 are too much, then 250 are not.
    assert.equal(asked.length, 9 + (2 + 7));
  });

  it('names the timeout when even an hour takes too long', async () => {
    const cause = timeoutFailure(30);
    const failing: HistorySource = {
      ...source,
      range: () => Promise.reject(new ScalerError(cause.kind, `Prometheus ${cause.message}`, { cause })),
    };
    await assert.rejects(recordingOfQuery(failing, strict, MIDNIGHT + DAY, DAY), {
      kind: 'unavailable',
      message: /did not answer within 30 s/,
    });
  });
});

function load(rows: readonly (readonly [seconds: number, value: number])[]) {
  return loadOfSamples({
    timestamps: Float64Array.from(rows, (row) => row[0]),
    values: Float64Array.from(rows, (row) => row[1]),
  });
}

describe('loadOfSamples', () => {
  it('takes minute samples as they are and sees each of them one minute later', () => {
    const { startSeconds, demand, observed } = load([
      [120, 1],
      [180, 2],
      [240, 3],
    ]);
    assert.equal(startSeconds, 120);
    assert.deepEqual([...demand], [1, 2, 3]);
    assert.deepEqual([...observed], [Number.NaN, 1, 2]);
  });

  it('keeps the highest of several samples in a minute and sees the newest complete one', () => {
    const rows = [0, 15, 30, 45, 60, 75, 90, 105].map(
      (time, i) => [time, [5, 9, 1, 2, 3, 4, 8, 7][i]!] as const,
    );
    const { demand, observed } = load(rows);
    assert.deepEqual([...demand], [9, 8]);
    assert.deepEqual([...observed], [Number.NaN, 2]);
  });

  it('repeats samples that are further apart and sees each only when its time is over', () => {
    const { demand, observed } = load([
      [0, 10],
      [300, 20],
      [600, 30],
    ]);
    assert.deepEqual([...demand], [...Array(5).fill(10), ...Array(5).fill(20), ...Array(5).fill(30)]);
    assert.deepEqual([...observed.slice(0, 11)], [...Array(5).fill(Number.NaN), ...Array(5).fill(10), 20]);
  });

  it('leaves a gap unknown and stands by the last value for five minutes', () => {
    const { demand, observed } = load([
      [0, 1],
      [60, 2],
      [120, 3],
      [1200, 4],
    ]);
    assert.deepEqual([...demand.slice(0, 4)], [1, 2, 3, Number.NaN]);
    assert.deepEqual([...observed.slice(2, 10)], [2, 3, 3, 3, 3, 3, 3, Number.NaN]);
  });
});
