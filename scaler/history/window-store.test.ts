import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Series } from '../forecast/types.js';
import { timeoutFailure } from '../prometheus/request-failure.js';
import { ScalerError } from '../shared/errors.js';
import type { TriggerSource } from '../trigger/trigger.js';
import { HEARTBEAT_QUERY } from './absence.js';
import type { HistoryRequest, HistorySource, TriggerHistory } from './types.js';
import { WindowStore } from './window-store.js';

const run = promisify(execFile);

const STEP = 300;
const DAY = 86_400;
const SETTLE = 30;
/** A whole number of steps after the epoch. */
const START = 1_700_000_100;

/** Mean of the step that begins at `seconds`: any function with a distinct value in each step will do. */
const meanAt = (seconds: number): number => seconds / STEP;

/**
 * A source that holds its data in memory: what was asked is written down, and what it knows may change, as it does
 * when Prometheus is scraped late or loses its disk.
 */
class MemorySource implements HistorySource {
  readonly asked: string[] = [];
  /** Looks for a past that came empty: how many samples each wanted. */
  readonly looks: number[] = [];
  lookFailure: ScalerError | undefined;
  instants = 0;
  clockOffsetSeconds = 0;
  knownFrom = Number.NEGATIVE_INFINITY;
  knownTo = Number.POSITIVE_INFINITY;
  /** Beginnings of steps that were never scraped. */
  readonly missing = new Set<number>();
  slice = Number.POSITIVE_INFINITY;
  failure: ScalerError | undefined;
  heartbeats = 0;
  heartbeatFailure: ScalerError | undefined;
  /** Whether it was recording at a moment. */
  recordedAt: (seconds: number) => boolean = () => true;
  /** Awaited before each answer. */
  beforeAnswer: () => Promise<void> = async () => {};

  sliceSteps(): number {
    return this.slice;
  }

  async range(
    query: string,
    from: number,
    to: number,
    stepSeconds: number,
    signal?: AbortSignal,
    _namespace?: string,
    resolutionSeconds?: number,
  ) {
    if (resolutionSeconds !== undefined) {
      assert.deepEqual([resolutionSeconds, from % stepSeconds], [stepSeconds, 0]);
      this.looks.push((to - from) / stepSeconds);
      if (this.lookFailure) throw this.lookFailure;
      if (query === HEARTBEAT_QUERY) return this.#beats(from, to, stepSeconds);
    } else this.asked.push(`${(from - START) / stepSeconds}..${(to - START) / stepSeconds}`);
    await this.beforeAnswer();
    signal?.throwIfAborted();
    if (this.failure) throw this.failure;
    const values = Float64Array.from({ length: (to - from) / stepSeconds }, (_, i) => {
      const at = from + i * stepSeconds;
      return at >= this.knownFrom && at < this.knownTo && !this.missing.has(at) ? meanAt(at) : Number.NaN;
    });
    const peaks = values.map((value) => value + 1);
    return { startSeconds: from, stepSeconds, values, peaks };
  }

  async heartbeat(from: number, to: number, stepSeconds: number) {
    this.heartbeats++;
    if (this.heartbeatFailure) throw this.heartbeatFailure;
    return this.#beats(from, to, stepSeconds);
  }

  #beats(from: number, to: number, stepSeconds: number) {
    const values = Float64Array.from({ length: (to - from) / stepSeconds }, (_, i) =>
      this.recordedAt(from + i * stepSeconds) ? 1 : Number.NaN,
    );
    return { startSeconds: from, stepSeconds, values, peaks: values };
  }

  async instant(_query: string, atSeconds: number) {
    this.instants++;
    await this.beforeAnswer();
    if (this.failure) throw this.failure;
    return { value: meanAt(atSeconds), atSeconds };
  }
}

function storeOver(source: HistorySource) {
  const ended = { count: 0 };
  const store = new WindowStore('main', source, { settleSeconds: SETTLE }, () => ended.count++);
  return { store, ended };
}

function request(changes: Partial<HistoryRequest> = {}): HistoryRequest {
  const source: TriggerSource = { kind: 'named', name: 'main' };
  return { source, query: 'load', stepSeconds: STEP, historySeconds: DAY, ...changes };
}

/** The moment at which the step that ends `count` steps after the start has settled. */
const settled = (count: number): number => START + count * STEP + SETTLE;

function tooSlow(): ScalerError {
  const cause = timeoutFailure(30);
  return new ScalerError(cause.kind, `Prometheus ${cause.message}`, { cause });
}

describe('WindowStore', () => {
  it('loads the whole history once and then only new steps', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    await handle.refresh(settled(1));
    await handle.refresh(settled(1) + 200);
    await handle.refresh(settled(4));
    assert.deepEqual(source.asked, ['-288..0', '0..1', '1..4']);
    const { startSeconds, stepSeconds, values, peaks } = handle.series();
    assert.deepEqual([startSeconds, stepSeconds, values.length], [START - 284 * STEP, STEP, 288]);
    assert.deepEqual(
      [values[0], values[287], peaks?.[287]],
      [meanAt(START - 284 * STEP), meanAt(START + 3 * STEP), meanAt(START + 3 * STEP) + 1],
    );
  });

  it('asks for a step only when it has settled', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    await handle.refresh(settled(1) - 0.001);
    assert.deepEqual(source.asked, ['-288..0']);
    assert.equal(handle.nextStepFinalSeconds(settled(1) - 0.001), settled(1));
    assert.equal(handle.nextStepFinalSeconds(settled(1)), settled(2));
  });

  it('gives the end of a history alone as it is in the whole, short gaps bridged', async () => {
    const source = new MemorySource();
    source.missing.add(START - 2 * STEP);
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    const whole = handle.series();
    const end = handle.series(START - STEP);
    assert.ok(end.values.length < 10, `${end.values.length} steps`);
    assert.deepEqual(end.values, whole.values.slice(-end.values.length));
    assert.deepEqual(end.peaks, whole.peaks!.slice(-end.values.length));
    assert.ok(!end.values.includes(Number.NaN));
  });

  it('asks up to a fifth of a step later where the query is told to be late', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request({ lateness: 0.5 }));
    await handle.refresh(settled(0) + 0.1 * STEP);
    await handle.refresh(settled(1) + 0.1 * STEP - 0.001);
    assert.deepEqual(source.asked, ['-288..0']);
    await handle.refresh(settled(1) + 0.1 * STEP);
    assert.deepEqual(source.asked, ['-288..0', '0..1']);
  });

  it('shares one fetch between triggers that ask the same at the same time', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    const handles = [store.window(request()), store.window(request()), store.window(request())];
    await Promise.all(handles.map((handle) => handle.refresh(settled(0))));
    assert.deepEqual(source.asked, ['-288..0']);
    for (const handle of handles) assert.deepEqual(handle.series(), handles[0]!.series());
  });

  it('keeps another query, step or namespace apart', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    for (const other of [{}, { query: 'other' }, { stepSeconds: 60 }, { namespace: 'other' }, {}])
      await store.window(request(other)).refresh(settled(0));
    assert.equal(source.asked.length, 4);
  });

  it('fetches only the older part when another trigger wants more history', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    const short = store.window(request());
    await short.refresh(settled(0));
    const long = store.window(request({ historySeconds: 2 * DAY }));
    await long.refresh(settled(1));
    assert.deepEqual(source.asked, ['-288..0', '0..1', '-575..-288']);
    assert.equal(long.series().values.length, 576);
    assert.equal(short.series().values.length, 288);
    await short.refresh(settled(1));
    assert.equal(source.asked.length, 3);
    long.release();
    await short.refresh(settled(2));
    assert.equal(short.series().values.length, 288);
    assert.deepEqual(source.asked.at(-1), '1..2');
  });

  it('joins a fetch under way and then asks only for what that one lacks', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    const short = store.window(request());
    const long = store.window(request({ historySeconds: 2 * DAY }));
    await Promise.all([short.refresh(settled(0)), long.refresh(settled(0))]);
    assert.deepEqual(source.asked, ['-288..0', '-576..-288']);
  });

  it('goes on for the others when one trigger gives up', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    let answer = (): void => {};
    source.beforeAnswer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const [impatient, patient] = [store.window(request()), store.window(request())];
    const refreshes = [impatient.refresh(settled(0)), patient.refresh(settled(0))];
    impatient.release();
    answer();
    await Promise.all(refreshes);
    assert.equal(patient.series().values.length, 288);
    assert.equal(source.asked.length, 1);
  });

  it('keeps what the others hold when one gives up in the middle of a longer past', async () => {
    const source = new MemorySource();
    source.slice = 288;
    const { store } = storeOver(source);
    const short = store.window(request());
    const long = store.window(request({ historySeconds: 3 * DAY }));
    source.beforeAnswer = async () => {
      if (source.asked.length === 3) long.release();
    };
    await Promise.all([short.refresh(settled(0)), long.refresh(settled(0))]);
    const { startSeconds, values } = short.series();
    assert.deepEqual([startSeconds, values.length], [START - DAY, 288]);
    await short.refresh(settled(1));
    assert.equal(source.asked.at(-1), '0..1');
  });

  it('keeps what it has when the source fails, and catches up afterwards', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    source.failure = new ScalerError('unavailable', 'no answer');
    await assert.rejects(handle.refresh(settled(3)), { kind: 'unavailable' });
    assert.equal(handle.series().startSeconds, START - 288 * STEP);
    source.failure = undefined;
    await handle.refresh(settled(12));
    assert.deepEqual(source.asked.slice(1), ['0..3', '0..12']);
    assert.equal(handle.series().values.at(-1), meanAt(START + 11 * STEP));
  });

  it('loads anew when it was not refreshed for longer than its history', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    await handle.refresh(settled(1000));
    assert.deepEqual(source.asked, ['-288..0', '712..1000']);
    assert.equal(handle.series().startSeconds, START + 712 * STEP);
  });

  it('asks again for newest steps that came empty, for a quarter of an hour', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    source.knownTo = START;
    await handle.refresh(settled(1));
    await handle.refresh(settled(1));
    await handle.refresh(settled(2));
    await handle.refresh(settled(10));
    await handle.refresh(settled(11));
    assert.deepEqual(source.asked, ['-287..1', '0..2', '0..10', '7..11']);
    source.knownTo = Number.POSITIVE_INFINITY;
    await handle.refresh(settled(12));
    assert.equal(source.asked.at(-1), '8..12');
    const newest = [...handle.series().values.slice(-13)].map((value) => value - meanAt(START));
    // Steps 0 to 7 came later than a quarter of an hour: a long gap, unknown.
    assert.deepEqual(newest, [-1, ...Array(8).fill(Number.NaN), 8, 9, 10, 11]);
  });

  it('holds less than it wants when the source keeps less, without asking for it again', async () => {
    const source = new MemorySource();
    source.knownFrom = START - 10 * STEP;
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    await handle.refresh(settled(1));
    assert.deepEqual(source.asked, ['-288..0', '0..1']);
    assert.equal(handle.series().startSeconds, START - 10 * STEP);
    assert.equal(handle.series().values.length, 11);
  });

  describe('while nothing is known of its oldest steps', () => {
    const twoWeeks = request({ historySeconds: 14 * DAY });
    /** Refreshes every 15 seconds, as triggers do. @returns when there was a look, in seconds after the beginning */
    async function run(handle: TriggerHistory, source: MemorySource, until: number, from = 0) {
      const at: number[] = [];
      for (let seconds = from; seconds <= until; seconds += 15) {
        const before = source.looks.length;
        await handle.refresh(settled(0) + seconds);
        if (source.looks.length > before) at.push(seconds);
      }
      return at;
    }

    it('looks for them with one small query, soon at first and then once an hour', async () => {
      const source = new MemorySource();
      source.knownFrom = START - 18 * STEP;
      const handle = storeOver(source).store.window(twoWeeks);
      const at = await run(handle, source, DAY);
      assert.ok(at[0]! <= 60, `the first look came after ${at[0]} s`);
      const pauses = at.slice(1).map((seconds, look) => seconds - at[look]!);
      assert.deepEqual(pauses.slice(-15), Array(15).fill(3600));
      assert.ok(at.filter((seconds) => seconds < 3600).length <= 7, `${at}`);
      assert.ok(Math.max(...source.looks) <= 400, `${source.looks}`);
      assert.equal(source.asked.filter((asked) => asked.startsWith('-4032')).length, 1);
      assert.equal(source.asked.length, 1 + 288, 'new steps and nothing else');
      assert.equal(handle.lateArrivals, 0);
    });

    it('does not look where it is full, but for a gap that would be bridged', async () => {
      const source = new MemorySource();
      for (const back of [288, 287, 286]) source.missing.add(START - back * STEP);
      assert.deepEqual(await run(storeOver(source).store.window(request()), source, 3600), []);
    });

    it('spreads the looks of many queries over the pause', async () => {
      const firsts: number[] = [];
      for (const lateness of [0, 0.25, 0.5, 0.75]) {
        const source = new MemorySource();
        source.knownFrom = START;
        const at = await run(storeOver(source).store.window(request({ lateness })), source, 8 * 3600);
        firsts.push(at.at(-1)! % 3600);
      }
      const sorted = firsts.sort((a, b) => a - b);
      const apart = sorted.map((first, i) => (sorted[i + 1] ?? sorted[0]! + 3600) - first);
      assert.deepEqual(apart, Array(4).fill(900));
    });

    it('takes over what came late, in parts, and then equals a window that was loaded later', async () => {
      for (const knownFrom of [START, START - 18 * STEP]) {
        const source = new MemorySource();
        source.slice = 2000;
        source.knownFrom = knownFrom;
        const handle = storeOver(source).store.window(twoWeeks);
        await handle.refresh(settled(0));
        source.knownFrom = Number.NEGATIVE_INFINITY;
        assert.equal((await run(handle, source, 60)).length, 1);
        const late = storeOver(source).store.window(twoWeeks);
        await late.refresh(settled(0) + 60);
        assert.deepEqual(handle.series(), late.series());
        assert.equal(handle.series().values.length, 14 * 288);
        assert.ok(handle.lateArrivals! > 0);
        assert.deepEqual(await run(handle, source, 2 * 3600, 75), []);
      }
    });

    it('finds what is there for twenty minutes of each day, and what comes bit by bit', async () => {
      const source = new MemorySource();
      const isJob = (at: number) => at % DAY >= 12_600 && at % DAY < 13_800;
      const comes = (days: number): void => {
        for (let at = START - 15 * DAY; at < START; at += STEP)
          if (at > START - days * DAY && isJob(at)) source.missing.delete(at);
          else source.missing.add(at);
      };
      comes(0);
      const handle = storeOver(source).store.window(twoWeeks);
      await run(handle, source, 3600);
      assert.equal(handle.lateArrivals, 0);
      comes(7);
      await run(handle, source, 2 * 3600, 3600);
      assert.equal(handle.lateArrivals, 1);
      comes(13);
      await run(handle, source, 3 * 3600, 2 * 3600);
      assert.equal(handle.lateArrivals, 2);
      assert.ok(handle.series().startSeconds < START - 12 * DAY);
    });

    it('has for a new trigger what a window of its own would have', async () => {
      const source = new MemorySource();
      source.knownFrom = START - 18 * STEP;
      const { store } = storeOver(source);
      const old = store.window(twoWeeks);
      await run(old, source, 3 * 3600);
      source.knownFrom = Number.NEGATIVE_INFINITY;
      const late = store.window(request({ historySeconds: 7 * DAY }));
      await late.refresh(settled(36) + 75);
      assert.equal(late.series().values.length, 7 * 288);
      assert.equal(old.series().values.length, 14 * 288);
    });

    it('loses nothing when a look fails, and looks again after a longer pause', async () => {
      const source = new MemorySource();
      source.knownFrom = START - 18 * STEP;
      source.lookFailure = tooSlow();
      const handle = storeOver(source).store.window(twoWeeks);
      const at = await run(handle, source, 3 * 3600);
      assert.ok(at.length >= 5 && at.length <= 10, `${at}`);
      assert.equal(handle.series().values.length, 18 + 36);
    });

    it('reads nights as 0 when both they and the heartbeat came late', async () => {
      const source = new MemorySource();
      for (let at = START - 14 * DAY; at < START; at += STEP)
        if ((at - START + 100 * DAY) % DAY < 8 * 3600) source.missing.add(at);
      source.knownFrom = START - 20 * 3600;
      source.recordedAt = (at) => at >= source.knownFrom;
      const nights = { ...twoWeeks, ignoreNullValues: true };
      const handle = storeOver(source).store.window(nights);
      await handle.refresh(settled(0));
      source.knownFrom = START - 10 * DAY;
      await run(handle, source, 120);
      const late = storeOver(source).store.window(nights);
      await late.refresh(settled(0) + 120);
      assert.deepEqual(handle.series(), late.series());
      assert.ok(handle.series().values.length > 9 * 288 && handle.series().values.includes(0));
    });
  });

  it('keeps its history when the source loses its own', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    source.knownFrom = START + 2 * STEP;
    await handle.refresh(settled(4));
    // Two steps are missing: a short gap, bridged on the line between its neighbours.
    assert.deepEqual(
      [...handle.series().values.slice(-6)].map((value) => Math.round((value - meanAt(START)) * 1e6) / 1e6),
      [-2, -1, 0, 1, 2, 3],
    );
  });

  it('equals a window that was loaded later, gaps included', async () => {
    const source = new MemorySource();
    const holes: HistorySource = {
      clockOffsetSeconds: 0,
      sliceSteps: () => Number.POSITIVE_INFINITY,
      range: source.range.bind(source),
      instant: source.instant.bind(source),
      heartbeat: source.heartbeat.bind(source),
    };
    // Unknown: every 7th step, and 20 steps in a row; the window's edge slides through all of them.
    holes.range = async (...args) => {
      const series = await source.range(...(args as Parameters<MemorySource['range']>));
      for (let i = 0; i < series.values.length; i++) {
        const number = series.startSeconds / STEP + i;
        if (number % 7 === 0 || number % 100 < 20) {
          series.values[i] = Number.NaN;
          series.peaks[i] = Number.NaN;
        }
      }
      return series;
    };
    const longRunning = storeOver(holes).store.window(request());
    for (let count = 0; count < 300; count++) {
      await longRunning.refresh(settled(count));
      if (count % 12 !== 0) continue;
      const restarted = storeOver(holes).store.window(request());
      await restarted.refresh(settled(count));
      assert.deepEqual(longRunning.series(), restarted.series());
    }
  });

  it('keeps the parts that came, asks for less after a timeout, and waits longer each time', async () => {
    const source = new MemorySource();
    source.slice = 96;
    const limits = { slowAbove: 24 };
    source.beforeAnswer = async () => {
      const [from, end] = source.asked.at(-1)!.split('..').map(Number) as [number, number];
      // The newest day is in the cache; what is older takes long unless little is asked for.
      if (end < -90 && end - from > limits.slowAbove) throw tooSlow();
    };
    const handle = storeOver(source).store.window(request());
    const refresh = (seconds: number) => handle.refresh(settled(0) + seconds);
    await assert.rejects(
      refresh(0),
      /did not answer within 30 s.*asked for up to 8h .*next try asks for up to 4h/,
    );
    assert.deepEqual(source.asked, ['-96..0', '-192..-96']);
    assert.equal(handle.series().values.length, 96);
    await assert.rejects(refresh(29), /did not answer within 30 s/);
    assert.equal(source.asked.length, 2, 'asked again although it was not time');
    await assert.rejects(refresh(30), /asks for up to 2h/);
    await assert.rejects(refresh(59), /./);
    assert.deepEqual(source.asked.slice(2), ['-144..-96']);
    await refresh(60);
    assert.deepEqual(source.asked.slice(3, 5), ['-120..-96', '-144..-120']);
    assert.equal(handle.series().values.length, 288);
  });

  it('goes on with new steps while older ones cannot be had, and asks for these every five minutes at most', async () => {
    const source = new MemorySource();
    source.slice = 96;
    source.beforeAnswer = async () => {
      if (source.asked.at(-1)!.endsWith('..-96')) throw tooSlow();
    };
    const handle = storeOver(source).store.window(request());
    for (let seconds = 0; seconds < 4 * 3600; seconds += 15)
      await assert.rejects(handle.refresh(settled(0) + seconds), /did not answer/);
    assert.equal(handle.series().values.length, 96 + 47);
    const older = source.asked.filter((asked) => asked.endsWith('..-96'));
    // Each 30 s for less: 96, 48, 24 and 12 steps. Then after 1, 2 and 4 minutes, and then one in five minutes.
    assert.ok(older.length > 45 && older.length <= 7 + 48, `${older.length} tries`);
  });

  it('waits longer each time for a step that takes too long by itself, of which it cannot ask for less', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    source.failure = tooSlow();
    for (let seconds = 0; seconds < STEP; seconds += 15)
      await assert.rejects(handle.refresh(settled(1) + seconds), /did not answer within 30 s(?!.*next try)/);
    // At once, and then after half a minute, one minute and two.
    assert.deepEqual(source.asked.slice(1), Array(4).fill('0..1'));
  });

  it('loads again without a wait when the source fails at once, and whatever the clock does', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    source.failure = new ScalerError('unavailable', 'connection refused');
    await assert.rejects(handle.refresh(settled(2)));
    source.failure = tooSlow();
    await assert.rejects(handle.refresh(settled(2) + 1));
    source.failure = undefined;
    await assert.rejects(handle.refresh(settled(2) + 2), /did not answer/);
    await handle.refresh(settled(0));
    assert.equal(handle.series().values.length, 288);
  });

  describe('where an empty result reads as 0', () => {
    /** Ten days whose nights, eight hours each, have no series. */
    function nightly(): MemorySource {
      const source = new MemorySource();
      for (let at = START - 10 * DAY; at < START; at += STEP)
        if ((at - START + 100 * DAY) % DAY < 8 * 3600) source.missing.add(at);
      return source;
    }
    const tenDays = request({ historySeconds: 10 * DAY, ignoreNullValues: true });
    const outage = { from: START - 2 * DAY + 2 * 3600, to: START - 2 * DAY + 12 * 3600 };
    const isInOutage = (at: number) => at >= outage.from && at < outage.to;
    /** Values by what they are, for the step that begins at a moment. */
    const kindAt = ({ startSeconds, values }: Series, at: number) => {
      const value = values[(at - startSeconds) / STEP];
      return value === 0 ? 'zero' : value === meanAt(at) ? 'load' : value === undefined ? 'none' : 'unknown';
    };

    it('reads nights without a series as 0, and an outage of the source as unknown', async () => {
      const source = nightly();
      for (let at = outage.from; at < outage.to; at += STEP) source.missing.add(at);
      source.recordedAt = (at) => !isInOutage(at);
      const handle = storeOver(source).store.window(tenDays);
      await handle.refresh(settled(0));
      const series = handle.series();
      // The first night comes before anything is known.
      assert.equal(series.startSeconds, START - 10 * DAY + 8 * 3600);
      for (let at = series.startSeconds; at < START; at += STEP) {
        const isBesideOutage = isInOutage(at - STEP) || isInOutage(at + STEP);
        const expected = isInOutage(at)
          ? 'unknown'
          : !source.missing.has(at)
            ? 'load'
            : isBesideOutage
              ? 'unknown'
              : 'zero';
        assert.equal(kindAt(series, at), expected, `${(at - START) / STEP}`);
      }
    });

    it('asks for the heartbeat once for all and then for new steps, and not where no series is ever absent', async () => {
      const source = nightly();
      const { store, ended } = storeOver(source);
      const handles = ['a', 'b', 'c'].map((query) => store.window({ ...tenDays, query, namespace: query }));
      for (const handle of handles) await handle.refresh(settled(0));
      assert.equal(source.heartbeats, 1);
      for (const handle of handles) await handle.refresh(settled(1));
      assert.equal(source.heartbeats, 2);
      for (const handle of handles) handle.release();
      assert.equal(ended.count, 1);

      const steady = new MemorySource();
      steady.missing.add(START - 3 * STEP);
      await storeOver(steady).store.window(tenDays).refresh(settled(0));
      const strict = nightly();
      await storeOver(strict)
        .store.window({ ...tenDays, ignoreNullValues: false })
        .refresh(settled(0));
      assert.deepEqual([steady.heartbeats, strict.heartbeats], [0, 0]);
    });

    it('leaves absence unknown where it does not read as 0, and as long as a restart', async () => {
      const source = nightly();
      const handle = storeOver(source).store.window({ ...tenDays, ignoreNullValues: false });
      await handle.refresh(settled(0));
      assert.ok(!handle.series().values.includes(0));
      const restarted = new MemorySource();
      for (const back of [10, 9, 8]) restarted.missing.add(START - back * STEP);
      const other = storeOver(restarted).store.window(tenDays);
      await other.refresh(settled(0));
      // Fifteen minutes: bridged on the line between the neighbours.
      assert.equal(kindAt(other.series(), START - 9 * STEP), 'load');
    });

    it('gives the end of a history alone as it is in the whole, in the middle of a night too', async () => {
      const source = nightly();
      for (const heartbeat of [true, false]) {
        source.recordedAt = () => heartbeat;
        const handle = storeOver(source).store.window(tenDays);
        await handle.refresh(settled(50));
        const whole = handle.series();
        for (const back of [1, 5, 20, 49, 60, 200]) {
          const end = handle.series(START + 50 * STEP - back * STEP);
          assert.ok(end.values.length >= back, `${end.values.length} steps, ${back} wanted`);
          assert.deepEqual(end.values.slice(-back), whole.values.slice(-back));
        }
      }
    });

    it('counts tonight from when the series has been absent for longer than a restart', async () => {
      const source = nightly();
      source.knownTo = START;
      const handle = storeOver(source).store.window(tenDays);
      await handle.refresh(settled(3));
      assert.deepEqual([...handle.series().values.slice(-3)], Array(3).fill(Number.NaN));
      await handle.refresh(settled(4));
      assert.deepEqual([...handle.series().values.slice(-4)], Array(4).fill(0));
    });

    it('goes by what recurs where the source has no heartbeat or does not tell', async () => {
      for (const failure of [undefined, new ScalerError('unavailable', 'refuses access')]) {
        const source = nightly();
        source.recordedAt = () => false;
        source.heartbeatFailure = failure;
        for (let at = outage.from; at < outage.to; at += STEP) source.missing.add(at);
        const handle = storeOver(source).store.window(tenDays);
        await handle.refresh(settled(0));
        const series = handle.series();
        assert.equal(kindAt(series, START - 3 * DAY + 3600), 'zero');
        assert.equal(kindAt(series, outage.to - 3600), 'unknown', 'an absence by day that came once');
        await handle.refresh(settled(1));
        assert.equal(source.heartbeats, 2);
      }
    });
  });

  it('asks for the moments of the source when the clocks differ, and keeps nothing that was asked for before it knew', async () => {
    const source = new MemorySource();
    source.knownTo = settled(10);
    // This machine is an hour ahead, as the first answer shows.
    const ahead = 12;
    source.beforeAnswer = async () => {
      source.clockOffsetSeconds = -ahead * STEP;
    };
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(10 + ahead));
    assert.deepEqual(source.asked, ['-266..22', '-278..10']);
    assert.equal(handle.series().values.at(-1), meanAt(START + 9 * STEP));
    assert.equal((await handle.observe(settled(10 + ahead))).atSeconds, settled(10));
    assert.equal(handle.sourceSeconds(settled(10 + ahead)), settled(10));

    // NTP sets it right: nothing is asked for twice.
    source.beforeAnswer = async () => {
      source.clockOffsetSeconds = 0;
    };
    assert.equal((await handle.observe(settled(10))).atSeconds, settled(10));
    await handle.refresh(settled(11));
    assert.deepEqual(source.asked.slice(2), ['10..11']);
  });

  it('takes what comes from servers behind one address whose clocks contradict each other', async () => {
    const source = new MemorySource();
    source.beforeAnswer = async () => {
      source.clockOffsetSeconds = source.clockOffsetSeconds === 0 ? 600 : 0;
    };
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(10));
    assert.ok(handle.series().values.length > 280);
    await handle.observe(settled(10));
    assert.equal(source.instants, 2);
  });

  it('does nothing when the clock goes back', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(10));
    await handle.refresh(settled(8));
    assert.deepEqual(source.asked, ['-278..10']);
  });

  it('is empty on a clock that has only begun', async () => {
    const handle = storeOver(new MemorySource()).store.window(request());
    await handle.refresh(0);
    assert.equal(handle.series().values.length, 0);
    await handle.refresh(STEP + SETTLE);
    assert.deepEqual([...handle.series().values], [meanAt(0)]);
  });

  it('is empty before its first refresh', () => {
    assert.equal(storeOver(new MemorySource()).store.window(request()).series().values.length, 0);
  });

  it('shares the query for the value now, and asks again a second later', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    const handles = [store.window(request()), store.window(request())];
    const values = await Promise.all(handles.map((handle) => handle.observe(START)));
    assert.deepEqual(values, Array(2).fill({ value: meanAt(START), atSeconds: START }));
    await handles[0]!.observe(START + 0.5);
    assert.equal(source.instants, 1);
    await handles[0]!.observe(START + 1);
    assert.equal(source.instants, 2);
  });

  it('asks for the value now again at once after a failure', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    source.failure = new ScalerError('unavailable', 'no answer');
    await assert.rejects(handle.observe(START), { kind: 'unavailable' });
    source.failure = undefined;
    assert.equal((await handle.observe(START)).value, meanAt(START));
  });

  it('drops a window with its last share, and says when it was the last window', async () => {
    const source = new MemorySource();
    const { store, ended } = storeOver(source);
    const namespace = 'shop';
    const [first, second] = [store.window(request({ namespace })), store.window(request({ namespace }))];
    first.release();
    first.release();
    assert.deepEqual([store.isUsedBy(namespace), ended.count], [true, 0]);
    second.release();
    assert.deepEqual([store.isUsedBy(namespace), ended.count], [false, 1]);
  });

  it('ends a fetch under way when the last share is given up', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    let answer = (): void => {};
    source.beforeAnswer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const handle = store.window(request());
    const refresh = handle.refresh(settled(0));
    handle.release();
    answer();
    await assert.rejects(refresh, { name: 'AbortError' });
  });

  it('takes 8 bytes for a step: a thousand windows of two weeks fit in 35 MB', async () => {
    // In a process of its own, where nobody else's buffers come and go.
    const script = `
      import { WindowStore } from '${new URL('./window-store.js', import.meta.url)}';
      const store = new WindowStore('memory', { sliceSteps: () => 550 }, {}, () => {});
      const before = process.memoryUsage().arrayBuffers;
      for (let i = 0; i < 1000; i++)
        store.window({ query: 'load' + i, stepSeconds: 300, historySeconds: ${14 * DAY} });
      console.log(process.memoryUsage().arrayBuffers - before);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
    const bytes = Number(stdout);
    assert.ok(bytes > 30e6 && bytes < 35e6, `${stdout} bytes`);
  });
});
