import assert from 'node:assert/strict';
import { testTrigger } from '../../test/support/test-trigger.js';
import { WEDNESDAY_SECONDS } from '../../test/support/workload-openmetrics.js';
import type { HistoryProvider, HistoryRequest } from '../history/types.js';
import { ScalerError } from '../shared/errors.js';
import { PodStartupMeasurement } from './pod-startup.js';

const DAY = 86_400;
/** When the measurement of that day is due. */
const DUE = WEDNESDAY_SECONDS;

/** Answers each measurement and notes which moments it was about. */
class Source implements HistoryProvider {
  answer: number | undefined | ScalerError = 41.2;
  readonly askedAbout: number[] = [];
  readonly requests: HistoryRequest[] = [];
  open = 0;

  window(request: HistoryRequest) {
    this.requests.push(request);
    this.open++;
    return {
      refresh: async () => assert.fail('its history is not needed'),
      observe: async (atSeconds: number) => {
        this.askedAbout.push(atSeconds);
        if (this.answer instanceof ScalerError) throw this.answer;
        return { value: this.answer, atSeconds };
      },
      series: () => assert.fail('its history is not needed'),
      sourceSeconds: (nowSeconds: number) => nowSeconds,
      nextStepFinalSeconds: () => 0,
      release: () => {
        this.open--;
      },
    };
  }
}

describe('the measurement of how long pods take to start', () => {
  const trigger = testTrigger({ namespace: 'shop', scaledObject: 'web', measuresPodStartup: true });
  let source: Source;
  let measurements: PodStartupMeasurement[];

  function measurement(): PodStartupMeasurement {
    const made = new PodStartupMeasurement(trigger, source);
    measurements.push(made);
    return made;
  }

  const known = ({ seconds, problem }: PodStartupMeasurement) => ({ seconds, problem });

  beforeEach(() => {
    source = new Source();
    measurements = [];
  });

  afterEach(() => {
    for (const made of measurements) made.release();
    assert.equal(source.open, 0, 'windows left open');
  });

  it('is made once a day, on a moment that replicas share, and caught up on after a restart', async () => {
    const running = measurement();
    for (let at = DUE - 3 * 3600; at < DUE + DAY; at += 900) await running.refresh(at);
    assert.deepEqual(source.askedAbout, [DUE - DAY, DUE]);
    assert.deepEqual(known(running), { seconds: 42, problem: undefined });
    source.askedAbout.length = 0;
    const restarted = measurement();
    await restarted.refresh(DUE + DAY - 900);
    assert.deepEqual(source.askedAbout, [DUE]);
    assert.deepEqual(known(restarted), known(running));
  });

  it('asks the source of the trigger on behalf of its namespace', async () => {
    await measurement().refresh(DUE);
    const [{ namespace, source: asked, query }] = source.requests as [HistoryRequest];
    assert.deepEqual([namespace, asked], ['shop', trigger.source]);
    assert.match(query, /keda-hpa-web/);
  });

  it('says why there is none, and forgets one that is no longer in the data', async () => {
    const failing = measurement();
    await failing.refresh(DUE);
    source.answer = undefined;
    await failing.refresh(DUE + DAY);
    assert.equal(failing.seconds, undefined);
    assert.match(failing.problem!, /no pods of this ScaledObject .* kube-state-metrics .* honor_labels/);
  });

  it('keeps what it has when the source fails, and tries again', async () => {
    const failing = measurement();
    await failing.refresh(DUE);
    source.answer = new ScalerError('unavailable', 'connection refused');
    await failing.refresh(DUE + DAY);
    assert.deepEqual(known(failing), { seconds: 42, problem: 'connection refused' });
    source.answer = 60;
    await failing.refresh(DUE + DAY + 899);
    assert.equal(failing.seconds, 42, 'asked again too soon');
    await failing.refresh(DUE + DAY + 900);
    assert.deepEqual(known(failing), { seconds: 60, problem: undefined });
    assert.deepEqual(source.askedAbout.slice(-2), [DUE + DAY, DUE + DAY]);
  });
});
