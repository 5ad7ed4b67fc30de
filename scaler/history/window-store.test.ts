import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ScalerError } from '../errors.js';
import type { TriggerSource } from '../trigger.js';
import type { HistoryRequest, HistorySource, HistorySources, SourcedSeries } from './types.js';
import { WindowStore } from './window-store.js';

const run = promisify(execFile);

const step = 300;
const day = 86_400;
const settle = 30;
/** A whole number of steps after the epoch. */
const start = 1_700_000_100;

/** Mean of the step that begins at `seconds`: any function with a distinct value in each step will do. */
const meanAt = (seconds: number): number => seconds / step;

/**
 * A source that holds its data in memory: what was asked is written down, and what it knows may change, as it does
 * when Prometheus is scraped late or loses its disk.
 */
class MemorySource implements HistorySource {
  readonly asked: string[] = [];
  instants = 0;
  clockOffsetSeconds = 0;
  knownFrom = Number.NEGATIVE_INFINITY;
  knownTo = Number.POSITIVE_INFINITY;
  /** Beginnings of steps that were never scraped. */
  readonly missing = new Set<number>();
  labels = '{job="a"}';
  failure: ScalerError | undefined;
  /** Awaited before each answer. */
  beforeAnswer: () => Promise<void> = async () => {};

  async range(_query: string, from: number, to: number, stepSeconds: number, signal?: AbortSignal) {
    this.asked.push(`${(from - start) / stepSeconds}..${(to - start) / stepSeconds}`);
    await this.beforeAnswer();
    signal?.throwIfAborted();
    if (this.failure) throw this.failure;
    const values = Float64Array.from({ length: (to - from) / stepSeconds }, (_, i) => {
      const at = from + i * stepSeconds;
      return at >= this.knownFrom && at < this.knownTo && !this.missing.has(at) ? meanAt(at) : Number.NaN;
    });
    const peaks = values.map((value) => value + 1);
    const labels = values.some((value) => !Number.isNaN(value)) ? this.labels : undefined;
    return { startSeconds: from, stepSeconds, values, peaks, labels } satisfies SourcedSeries;
  }

  async instant(_query: string, atSeconds: number) {
    this.instants++;
    await this.beforeAnswer();
    if (this.failure) throw this.failure;
    return { value: meanAt(atSeconds), atSeconds };
  }
}

function storeOver(source: HistorySource, lateness = () => 0) {
  const open = { count: 0 };
  const sources: HistorySources = {
    open: (named: TriggerSource) => {
      open.count++;
      const key = named.kind === 'named' ? named.name : named.address;
      return { key, history: source, release: () => open.count-- };
    },
  };
  return { store: new WindowStore(sources, { settleSeconds: settle, lateness }), open };
}

function request(changes: Partial<HistoryRequest> = {}): HistoryRequest {
  const source: TriggerSource = { kind: 'named', name: 'main' };
  return { source, query: 'load', stepSeconds: step, historySeconds: day, ...changes };
}

/** The moment at which the step that ends `count` steps after the start has settled. */
const settled = (count: number): number => start + count * step + settle;

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
    assert.deepEqual([startSeconds, stepSeconds, values.length], [start - 284 * step, step, 288]);
    assert.deepEqual(
      [values[0], values[287], peaks?.[287]],
      [meanAt(start - 284 * step), meanAt(start + 3 * step), meanAt(start + 3 * step) + 1],
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
    source.missing.add(start - 2 * step);
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    const whole = handle.series();
    const end = handle.series(start - step);
    assert.ok(end.values.length < 10, `${end.values.length} steps`);
    assert.deepEqual(end.values, whole.values.slice(-end.values.length));
    assert.deepEqual(end.peaks, whole.peaks!.slice(-end.values.length));
    assert.ok(!end.values.includes(Number.NaN));
  });

  it('asks up to a fifth of a step later where the query is told to be late', async () => {
    const source = new MemorySource();
    const handle = storeOver(source, () => 0.5).store.window(request());
    await handle.refresh(settled(0) + 0.1 * step);
    await handle.refresh(settled(1) + 0.1 * step - 0.001);
    assert.deepEqual(source.asked, ['-288..0']);
    await handle.refresh(settled(1) + 0.1 * step);
    assert.deepEqual(source.asked, ['-288..0', '0..1']);
  });

  it('shares one fetch between triggers that ask the same at the same time', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    const handles = [store.window(request()), store.window(request()), store.window(request())];
    await Promise.all(handles.map((handle) => handle.refresh(settled(0))));
    assert.deepEqual(source.asked, ['-288..0']);
    assert.equal(store.size, 1);
    for (const handle of handles) assert.deepEqual(handle.series(), handles[0]!.series());
  });

  it('keeps another query, step, source or namespace apart', () => {
    const { store } = storeOver(new MemorySource());
    store.window(request());
    store.window(request({ query: 'other' }));
    store.window(request({ stepSeconds: 60 }));
    store.window(request({ source: { kind: 'named', name: 'other' } }));
    store.window(request({ namespace: 'other' }));
    assert.equal(store.size, 5);
  });

  it('fetches only the older part when another trigger wants more history', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    const short = store.window(request());
    await short.refresh(settled(0));
    const long = store.window(request({ historySeconds: 2 * day }));
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
    const long = store.window(request({ historySeconds: 2 * day }));
    await Promise.all([short.refresh(settled(0)), long.refresh(settled(0))]);
    assert.deepEqual(source.asked, ['-288..0', '-576..-288']);
  });

  it('goes on for the others when one trigger gives up, and ends the fetch when all have', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    let answer = (): void => {};
    source.beforeAnswer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const [impatient, patient] = [store.window(request()), store.window(request())];
    const leaving = new AbortController();
    const left = impatient.refresh(settled(0), leaving.signal);
    const stays = patient.refresh(settled(0));
    leaving.abort();
    await assert.rejects(left, { name: 'AbortError' });
    answer();
    await stays;
    assert.equal(patient.series().values.length, 288);
    assert.equal(source.asked.length, 1);
  });

  it('keeps what it has when the source fails, and catches up afterwards', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    source.failure = new ScalerError('unavailable', 'no answer');
    await assert.rejects(handle.refresh(settled(3)), { kind: 'unavailable' });
    assert.equal(handle.series().startSeconds, start - 288 * step);
    source.failure = undefined;
    await handle.refresh(settled(12));
    assert.deepEqual(source.asked.slice(1), ['0..3', '0..12']);
    assert.equal(handle.series().values.at(-1), meanAt(start + 11 * step));
  });

  it('loads anew when it was not refreshed for longer than its history', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    await handle.refresh(settled(1000));
    assert.deepEqual(source.asked, ['-288..0', '712..1000']);
    assert.equal(handle.series().startSeconds, start + 712 * step);
  });

  it('asks again for newest steps that came empty, for a quarter of an hour', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    source.knownTo = start;
    await handle.refresh(settled(1));
    await handle.refresh(settled(1));
    await handle.refresh(settled(2));
    await handle.refresh(settled(10));
    await handle.refresh(settled(11));
    assert.deepEqual(source.asked, ['-287..1', '0..2', '0..10', '7..11']);
    source.knownTo = Number.POSITIVE_INFINITY;
    await handle.refresh(settled(12));
    assert.equal(source.asked.at(-1), '8..12');
    const newest = [...handle.series().values.slice(-13)].map((value) => value - meanAt(start));
    // Steps 0 to 7 came later than a quarter of an hour: a long gap, unknown.
    assert.deepEqual(newest, [-1, ...Array(8).fill(Number.NaN), 8, 9, 10, 11]);
  });

  it('holds less than it wants when the source keeps less, without asking for it again', async () => {
    const source = new MemorySource();
    source.knownFrom = start - 10 * step;
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    await handle.refresh(settled(1));
    assert.deepEqual(source.asked, ['-288..0', '0..1']);
    assert.equal(handle.series().startSeconds, start - 10 * step);
    assert.equal(handle.series().values.length, 11);
  });

  it('keeps its history when the source loses its own', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    source.knownFrom = start + 2 * step;
    await handle.refresh(settled(4));
    // Two steps are missing: a short gap, bridged on the line between its neighbours.
    assert.deepEqual(
      [...handle.series().values.slice(-6)].map((value) => Math.round((value - meanAt(start)) * 1e6) / 1e6),
      [-2, -1, 0, 1, 2, 3],
    );
  });

  it('equals a window that was loaded later, gaps included', async () => {
    const source = new MemorySource();
    const holes: HistorySource = {
      clockOffsetSeconds: 0,
      range: source.range.bind(source),
      instant: source.instant.bind(source),
    };
    // Unknown: every 7th step, and 20 steps in a row; the window's edge slides through all of them.
    holes.range = async (...args) => {
      const series = await source.range(...(args as Parameters<MemorySource['range']>));
      for (let i = 0; i < series.values.length; i++) {
        const number = series.startSeconds / step + i;
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

  it('refuses a series that changed its labels, as it would when loaded at once', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(0));
    source.labels = '{job="b"}';
    await assert.rejects(handle.refresh(settled(1)), (error: ScalerError) => {
      assert.equal(error.kind, 'rejected');
      assert.match(error.message, /\{job="a"\} and \{job="b"\}.*sum\(\.\.\.\)/);
      return true;
    });
    // The old series has left the window a day later.
    await handle.refresh(settled(289));
    assert.equal(handle.series().startSeconds, start + step);
  });

  it('asks for the moments of the source when the clocks differ, and keeps nothing that was asked for before it knew', async () => {
    const source = new MemorySource();
    source.knownTo = settled(10);
    // This machine is an hour ahead, as the first answer shows.
    const ahead = 12;
    source.beforeAnswer = async () => {
      source.clockOffsetSeconds = -ahead * step;
    };
    const handle = storeOver(source).store.window(request());
    await handle.refresh(settled(10 + ahead));
    assert.deepEqual(source.asked, ['-266..22', '-278..10']);
    assert.equal(handle.series().values.at(-1), meanAt(start + 9 * step));
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
    assert.equal(source.instants, 3);
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
    await handle.refresh(step + settle);
    assert.deepEqual([...handle.series().values], [meanAt(0)]);
  });

  it('is empty before its first refresh', () => {
    assert.equal(storeOver(new MemorySource()).store.window(request()).series().values.length, 0);
  });

  it('shares the query for the value now, and asks again a second later', async () => {
    const source = new MemorySource();
    const { store } = storeOver(source);
    const handles = [store.window(request()), store.window(request())];
    const values = await Promise.all(handles.map((handle) => handle.observe(start)));
    assert.deepEqual(values, Array(2).fill({ value: meanAt(start), atSeconds: start }));
    await handles[0]!.observe(start + 0.5);
    assert.equal(source.instants, 1);
    await handles[0]!.observe(start + 1);
    assert.equal(source.instants, 2);
  });

  it('asks for the value now again at once after a failure', async () => {
    const source = new MemorySource();
    const handle = storeOver(source).store.window(request());
    source.failure = new ScalerError('unavailable', 'no answer');
    await assert.rejects(handle.observe(start), { kind: 'unavailable' });
    source.failure = undefined;
    assert.equal((await handle.observe(start)).value, meanAt(start));
  });

  it('drops the window and gives the source back with its last share', async () => {
    const source = new MemorySource();
    const { store, open } = storeOver(source);
    const [first, second] = [store.window(request()), store.window(request())];
    first.release();
    first.release();
    assert.deepEqual([store.size, open.count], [1, 1]);
    second.release();
    assert.deepEqual([store.size, open.count], [0, 0]);
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
      const store = new WindowStore({ open: () => ({ key: 'memory', history: {}, release() {} }) });
      const before = process.memoryUsage().arrayBuffers;
      for (let i = 0; i < 1000; i++)
        store.window({ source: {}, query: 'load' + i, stepSeconds: 300, historySeconds: ${14 * day} });
      console.log(process.memoryUsage().arrayBuffers - before);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
    const bytes = Number(stdout);
    assert.ok(bytes > 30e6 && bytes < 35e6, `${stdout} bytes`);
  });
});
