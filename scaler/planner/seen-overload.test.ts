import assert from 'node:assert/strict';
import { testTrigger } from '../../test/support/test-trigger.js';
import { WEDNESDAY_SECONDS } from '../../test/support/workload-openmetrics.js';
import type { HistoryProvider, HistoryRequest } from '../history/types.js';
import { SeenOverload } from './seen-overload.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const STEP = 300;
const END = WEDNESDAY_SECONDS;

/** Gives a week of steps, and notes when it was read. */
class Source implements HistoryProvider {
  readonly reads: number[] = [];
  readonly requests: HistoryRequest[] = [];
  open = 0;

  /** @param share share of overload in the step that begins so many seconds before the end; NaN where not known */
  constructor(readonly share: (ago: number) => number) {}

  window(request: HistoryRequest) {
    this.requests.push(request);
    this.open++;
    const steps = request.historySeconds / STEP;
    return {
      refresh: async (nowSeconds: number) => {
        this.reads.push(nowSeconds);
      },
      observe: async () => assert.fail('only its history is needed'),
      series: () => ({
        startSeconds: END - request.historySeconds,
        stepSeconds: STEP,
        values: Float64Array.from({ length: steps }, (_, i) => this.share((steps - i) * STEP)),
      }),
      sourceSeconds: (nowSeconds: number) => nowSeconds,
      nextStepFinalSeconds: () => 0,
      release: () => {
        this.open--;
      },
    };
  }
}

describe('the overload that was seen', () => {
  const trigger = testTrigger({ namespace: 'shop', scaledObject: 'web', targetOverload: 0.01 });
  const sharesOf = async (share: (ago: number) => number) => {
    const source = new Source(share);
    const seen = new SeenOverload(trigger, source, 0);
    await seen.refresh(END);
    const { shares } = seen;
    seen.release();
    assert.equal(source.open, 0);
    return shares;
  };

  it('is a share of the last day and of the last week', async () => {
    // Two hours of full overload yesterday, and twelve hours of a half three days before.
    const shares = await sharesOf((ago) =>
      ago <= 2 * HOUR ? 1 : ago > 3 * DAY && ago <= 3.5 * DAY ? 0.5 : 0,
    );
    assert.ok(Math.abs(shares.day! - 2 / 24) < 1e-12);
    assert.ok(Math.abs(shares.week! - (2 + 6) / (7 * 24)) < 1e-12);
  });

  it('counts what is known, and says nothing where that is less than half', async () => {
    const shares = await sharesOf((ago) => (ago > 2 * DAY ? Number.NaN : ago <= DAY / 2 ? Number.NaN : 0.25));
    assert.deepEqual(shares, { day: 0.25, week: undefined });
    assert.deepEqual(await sharesOf(() => Number.NaN), { day: undefined, week: undefined });
  });

  it('is read once an hour, on behalf of the namespace', async () => {
    const source = new Source(() => 0);
    const seen = new SeenOverload(trigger, source, 0.5);
    for (let at = END; at < END + 3 * HOUR; at += 60) await seen.refresh(at);
    assert.deepEqual(source.reads, [END, END + 0.5 * HOUR, END + 1.5 * HOUR, END + 2.5 * HOUR]);
    assert.equal(source.requests[0]!.namespace, 'shop');
    assert.match(source.requests[0]!.query, /keda-hpa-web/);
    seen.release();
  });
});
