import assert from 'node:assert/strict';
import { ManualClock } from '../../test/support/manual-clock.js';
import { testCalendar, testEvent } from '../../test/support/test-calendar.js';
import { testTrigger } from '../../test/support/test-trigger.js';
import type { Series } from '../forecast/index.js';
import type { HistoryProvider, HistoryRequest, Observation, TriggerHistory } from '../history/types.js';
import type { Choice } from '../policy/types.js';
import { ScalerError } from '../shared/errors.js';
import type { Trigger } from '../trigger/trigger.js';
import { likeText } from './events.js';
import { chooseInWorker, fitCompact } from './fit-worker.js';
import { Planner } from './planner.js';
import type { FitTurn, Fitter, PlannerObserver } from './ports.js';
import type { Answer, Snapshot } from './types.js';

const STEP = 300;
const DAY = 86_400;
const SETTLE = 30;
// 2026-03-02T00:00:00Z
const MIDNIGHT = 1_772_409_600;

function load(atSeconds: number): number {
  return 100 + 40 * Math.sin((2 * Math.PI * atSeconds) / DAY);
}

/** A history source in memory that a test can break in each of the ways in which a real one breaks. */
class History implements HistoryProvider {
  state: 'answers' | 'fails' | 'hangs' | 'rejects' | 'is empty' = 'answers';
  /** Whether the past takes for ever, while the present is known. */
  pastHangs = false;
  /** What each read of the past waits for. */
  pastComes = Promise.resolve();
  /** What the past fails with, while the present is known. */
  pastFailure: ScalerError | undefined;
  /** Days that are held although the past fails. */
  heldDays: number | undefined;
  lateArrivals = 0;
  /** What the measurement of a moment gives, where a trigger wants one. */
  podStartup: (atSeconds: number) => number | undefined = () => undefined;
  open = 0;
  reads = 0;

  window(trigger: HistoryRequest): TriggerHistory {
    this.open++;
    const lateArrivals = () => this.lateArrivals;
    let knownUntil = Number.NEGATIVE_INFINITY;
    let isEmpty = false;
    const released = new AbortController();
    return {
      refresh: async (nowSeconds) => {
        await this.#answer(released.signal);
        if (this.pastHangs) await untilAborted(released.signal);
        await this.pastComes;
        if (this.pastFailure && !this.heldDays) throw this.pastFailure;
        const finalUntil = Math.floor((nowSeconds - SETTLE) / STEP) * STEP;
        if (finalUntil > knownUntil) this.reads++;
        knownUntil = finalUntil;
        isEmpty = this.state === 'is empty';
        if (this.pastFailure) throw this.pastFailure;
      },
      observe: async (nowSeconds): Promise<Observation> => {
        await this.#answer(released.signal);
        if (trigger.query.includes('kube_pod_created'))
          return { atSeconds: nowSeconds, value: this.podStartup(nowSeconds) };
        return { atSeconds: nowSeconds, value: this.state === 'is empty' ? undefined : load(nowSeconds) };
      },
      series: () => {
        if (isEmpty || knownUntil < 0) return empty;
        return seriesUntil(knownUntil, this.heldDays ? this.heldDays * DAY : trigger.historySeconds);
      },
      get lateArrivals() {
        return lateArrivals();
      },
      sourceSeconds: (nowSeconds) => nowSeconds,
      nextStepFinalSeconds: (nowSeconds) => (Math.floor((nowSeconds - SETTLE) / STEP) + 1) * STEP + SETTLE,
      release: () => {
        released.abort();
        this.open--;
      },
    };
  }

  async #answer(signal: AbortSignal): Promise<void> {
    if (this.state === 'fails') throw new ScalerError('unavailable', 'connection refused');
    if (this.state === 'rejects') throw new ScalerError('rejected', 'the query gives 2 series');
    if (this.state === 'hangs') await untilAborted(signal);
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

const empty: Series = { startSeconds: 0, stepSeconds: STEP, values: new Float64Array(0) };

function seriesUntil(untilSeconds: number, historySeconds: number): Series {
  const startSeconds = untilSeconds - historySeconds;
  const values = Float64Array.from({ length: historySeconds / STEP }, (_, i) =>
    load(startSeconds + i * STEP),
  );
  return { startSeconds, stepSeconds: STEP, values };
}

/** Fits in this thread: what a fit gives is the same, only when it gives it differs. */
const fitter: Fitter = {
  fit: async (series, options) => fitCompact(series(), options),
  choose: async (series, options) => chooseInWorker({ ...series(), options }),
};
const brokenFitter: Fitter = {
  fit: async () => {
    throw new Error('worker ran out of memory');
  },
  choose: async () => {
    throw new Error('worker ran out of memory');
  },
};

class Log implements PlannerObserver {
  readonly dropped: string[] = [];
  fits = 0;
  failedFits = 0;
  fitFinished(): void {
    this.fits++;
  }
  fitFailed(): void {
    this.failedFits++;
  }
  readonly choices: Choice[] = [];
  policyChosen(_trigger: Trigger, choice: Choice): void {
    this.choices.push(choice);
  }
  failedChoices = 0;
  choiceFailed(): void {
    this.failedChoices++;
  }
  answerRenewed(): void {}
  triggerDropped(trigger: Trigger): void {
    this.dropped.push(trigger.scaledObject);
  }
}

const trigger = testTrigger({ historySeconds: 4 * DAY });
const settings = {
  refreshSeconds: 15,
  refitSeconds: 3600,
  maxStalenessSeconds: 1800,
  firstAnswerWaitSeconds: 2,
  idleSeconds: 600,
  maxTriggersPerNamespace: 3,
  maxStepsPerNamespace: 5000,
};

describe('Planner', () => {
  let clock: ManualClock;
  let history: History;
  let log: Log;
  let planner: Planner;

  function start(parts: Partial<ConstructorParameters<typeof Planner>[0]> = {}): void {
    planner = new Planner({ clock, history, fitter, settings, observer: log, ...parts });
  }

  beforeEach(() => {
    clock = new ManualClock(MIDNIGHT + 7);
    history = new History();
    log = new Log();
    start();
  });

  afterEach(async () => {
    await planner.close();
    assert.equal(history.open, 0, 'histories left open');
  });

  it('refuses more triggers than a namespace may have, leaves other namespaces alone, and has room again later', async () => {
    const numbered = (n: number, namespace = 'noisy') =>
      testTrigger({ ...trigger, namespace, scaledObject: `app-${n}` });
    for (let n = 0; n < 3; n++) assert.ok((await ask(numbered(n))).snapshot);
    const refused = await ask(numbered(3));
    assert.ok(refused.error);
    assert.equal(refused.error.kind, 'rejected');
    assert.match(refused.error.message, /noisy\/app-3.*3 triggers already.*maxTriggersPerNamespace/);
    assert.ok((await ask(numbered(0))).snapshot, 'those that were there go on');
    assert.ok((await ask(numbered(0, 'quiet'))).snapshot);

    await clock.advance(2 * settings.idleSeconds);
    assert.ok((await ask(numbered(3))).snapshot);
  });

  it('keeps the history of a trigger that is edited while its namespace is full', async () => {
    const numbered = (n: number, threshold = 10) =>
      testTrigger({ ...trigger, namespace: 'full', scaledObject: `app-${n}`, threshold });
    for (let n = 0; n < 3; n++) assert.ok((await ask(numbered(n))).snapshot);
    // A sweep later nobody has asked about it: KEDA asks about the edited one.
    await clock.advance(settings.idleSeconds / 10);
    assert.equal(history.open, 3);
    const edited = planner.answer(numbered(0, 7));
    assert.equal(history.open, 4, 'both have a share for a moment, so that the window lasts');
    await clock.advance(settings.firstAnswerWaitSeconds);
    assert.ok((await edited).snapshot);
    assert.equal(history.open, 3);
  });

  it('refuses more history than the triggers of a namespace may have together', async () => {
    // 1152 steps of five minutes in four days, and 4608 in sixteen.
    const long = { ...trigger, namespace: 'noisy', historySeconds: 16 * DAY };
    assert.ok((await ask(long)).snapshot);
    const another = testTrigger({ ...trigger, namespace: 'noisy', scaledObject: 'app-b' });
    const refused = await ask(another);
    assert.ok(refused.error);
    assert.equal(refused.error.kind, 'rejected');
    assert.match(
      refused.error.message,
      /noisy has 4608 of 5000 steps of history, and this trigger wants 1152 more; shorten historyTimeWindow, lengthen queryStep, or ask the operator to raise planner\.maxTriggersPerNamespace, with which this limit grows$/,
    );
    assert.ok((await ask({ ...another, namespace: 'quiet' })).snapshot);
    assert.ok((await ask({ ...another, historySeconds: DAY })).snapshot, '288 steps still fit');
    const longer = { ...another, historySeconds: 2 * DAY };
    assert.ok((await ask(longer)).error, 'nor may one grow beyond');
    const shorter = { ...long, historySeconds: 4 * DAY };
    await pollWithClock('room for a trigger that an edit made shorter', async () => {
      const answers = [await planner.answer(shorter), await planner.answer(longer)];
      return answers.every((answer) => answer.snapshot);
    });
  });

  it('counts the minutes and the seen overload of an accepted overload as history', async () => {
    const accepting = testTrigger({ ...trigger, targetOverload: 0.01, namespace: 'noisy' });
    const { error } = await ask({ ...accepting, stepSeconds: 60, historySeconds: 4 * DAY });
    // Minutes: 4 days of history, 3 days of replay with a day, a refit and 10 minutes more, and a week of overload.
    const wanted = 4 * 1440 + (3 * 1440 + 1440 + 60 + 10) + 7 * 1440;
    assert.match(error!.message, new RegExp(`this trigger wants ${wanted} more`));
  });

  /** Asks and lets the clock run until there is an answer: at most the bounded wait. */
  async function ask(asked = trigger): Promise<Answer> {
    const asking = planner.answer(asked);
    await clock.advance(settings.firstAnswerWaitSeconds);
    return await asking;
  }

  /** Looks again and again, a quarter of a minute apart, for up to five minutes. */
  async function pollWithClock(what: string, look: () => Promise<boolean>): Promise<void> {
    for (let looks = 0; looks < 20; looks++) {
      const [found] = await Promise.all([look(), clock.advance(15)]);
      if (found) return;
    }
    assert.fail(`waited in vain for ${what}`);
  }

  async function snapshot(asked = trigger): Promise<Snapshot> {
    const answer = await ask(asked);
    assert.ok(answer.snapshot, `expected a value, got ${String(answer.error)}`);
    return answer.snapshot;
  }

  it('answers the first question with a forecast when the history comes in time', async () => {
    const { value, reason, observed } = await snapshot();
    assert.equal(reason, 'forecast');
    assert.ok(observed !== undefined && value > observed);
  });

  it('answers the first question by the bound when the history source hangs', async () => {
    history.state = 'hangs';
    const answer = await ask();
    assert.ok(answer.error);
    assert.equal(answer.error.kind, 'unavailable');
    assert.match(answer.error.message, /has not answered within 2 s/);
  });

  it('follows the start-up of pods with its horizon, from a moment that replicas share', async () => {
    // Measured anew each day: 250 s with the 45 s of KEDA and the HPA need one step, 270 s need two.
    history.podStartup = (atSeconds) => (atSeconds < MIDNIGHT ? 250 : 270);
    const following = testTrigger({
      ...trigger,
      measuresPodStartup: true,
      horizonFollows: true,
      horizonSeconds: 900,
    });
    const inUse = async () => {
      const { horizonSeconds, podStartupSeconds } = (await snapshot(following)).trigger;
      return [horizonSeconds, podStartupSeconds];
    };
    assert.deepEqual(await inUse(), [300, 250]);
    assert.equal((await snapshot(following)).forecast!.mean.length, 2);
    const changes = [];
    for (let minutes = 0; minutes < 24 * 60; minutes += 5) {
      await clock.advance(300);
      if ((await inUse())[0] === 600) changes.push(minutes);
      if (changes.length > 1) break;
    }
    assert.equal(changes.length, 2, 'the new measurement is used');
    assert.deepEqual(await inUse(), [600, 270]);
    const young = new Planner({ clock, history, fitter, settings, observer: log });
    const asking = young.answer(following);
    await clock.advance(settings.firstAnswerWaitSeconds);
    const answer = await asking;
    await young.close();
    assert.ok(answer.snapshot);
    assert.deepEqual(answer.snapshot.trigger, (await snapshot(following)).trigger);
    assert.equal(planner.evidence(following)!.inUse.horizonSeconds, 600);
  });

  it('says why the start-up of pods is not measured, and assumes the horizon', async () => {
    const following = testTrigger({ ...trigger, measuresPodStartup: true, horizonFollows: true });
    const { trigger: inUse, podStartupProblem, reason } = await snapshot(following);
    assert.deepEqual([inUse.horizonSeconds, inUse.podStartupSeconds, reason], [3600, 3600, 'forecast']);
    assert.match(podStartupProblem!, /kube-state-metrics/);
    assert.equal((await snapshot(trigger)).podStartupProblem, undefined);
  });

  it('answers two triggers of one name side by side, each with its own name for others', async () => {
    const other = testTrigger({ ...trigger, threshold: 7 });
    const thresholds = [];
    for (const asked of [trigger, other, trigger, other])
      thresholds.push((await snapshot(asked)).trigger.threshold);
    assert.deepEqual(thresholds, [10, 7, 10, 7]);
    for (let minutes = 0; minutes < 30; minutes++) {
      await clock.advance(60);
      await planner.answer(trigger);
      await planner.answer(other);
    }
    // No hour, at which models are fitted anew, begins within these minutes.
    assert.equal(log.fits, 2, 'each is fitted once');
    const names = [...planner.all()].map(({ name }) => name);
    for (const name of names) assert.match(name, /^app-a-load-[0-9a-f]{6}$/);
    assert.equal(new Set(names).size, 2);
    const replica = new Planner({ clock, history, fitter, settings, observer: log });
    await Promise.all([replica.answer(other), replica.answer(trigger), clock.advance(2)]);
    assert.deepEqual(
      new Set([...replica.all()].map(({ name }) => name)),
      new Set(names),
      'in another replica',
    );
    await replica.close();
  });

  it('answers an edit, and what was before it when the edit is taken back, at once', async () => {
    const edited = testTrigger({ ...trigger, threshold: 7 });
    for (const asked of [trigger, edited, trigger])
      assert.equal((await snapshot(asked)).trigger.threshold, asked.threshold);
  });

  it('shows an edited trigger under its name within two minutes, and drops what it was before', async () => {
    await snapshot();
    const edited = testTrigger({ ...trigger, threshold: 7 });
    for (let quarters = 0; quarters < 8; quarters++) {
      await snapshot(edited);
      await clock.advance(15);
    }
    const shown = [...planner.all()].map(({ name, trigger: { threshold } }) => ({ name, threshold }));
    assert.deepEqual(shown, [{ name: 'app-a-load', threshold: 7 }]);
    for (let minutes = 0; minutes < 10; minutes++) {
      await clock.advance(60);
      await planner.answer(edited);
    }
    assert.deepEqual(log.dropped, ['app-a']);
    assert.equal(history.open, 1);
  });

  it('answers the load of each moment while its history takes its time', async () => {
    history.pastHangs = true;
    await snapshot();
    await clock.advance(5 * 60);
    const { observedAtSeconds, reason } = await snapshot();
    assert.ok(clock.nowSeconds() - observedAtSeconds <= settings.refreshSeconds + 2, `${observedAtSeconds}`);
    assert.equal(reason, 'warming-up');
  });

  it('lets the first call alone wait for the history', async () => {
    history.pastHangs = true;
    const first = planner.answer(trigger);
    const meanwhile = planner.answer(trigger);
    await clock.advance(settings.firstAnswerWaitSeconds);
    assert.ok((await first).snapshot && (await meanwhile).snapshot);
    // The clock stands still: these are answered at once or never.
    assert.ok((await planner.answer(trigger)).snapshot);
    history.state = 'fails';
    await clock.advance(settings.refreshSeconds);
    assert.ok((await planner.answer(trigger)).snapshot);
  });

  for (const kind of ['rejected', 'unavailable'] as const)
    it(`answers the load of each moment while its history is ${kind}, and forecasts when it is back`, async () => {
      history.pastFailure = new ScalerError(kind, 'expanding series: did not answer within 30 s');
      const first = await snapshot();
      assert.deepEqual([first.reason, first.value], ['no-history', first.observed]);
      assert.equal(first.historyFailure, history.pastFailure);
      await clock.advance(2 * settings.maxStalenessSeconds);
      const later = await snapshot();
      assert.ok(clock.nowSeconds() - later.observedAtSeconds <= settings.refreshSeconds + 2);
      assert.equal(later.reason, 'no-history');
      history.pastFailure = undefined;
      await clock.advance(2 * settings.refreshSeconds);
      const { reason, historyFailure } = await snapshot();
      assert.deepEqual({ reason, historyFailure }, { reason: 'forecast', historyFailure: undefined });
    });

  it('fits on the part of its history that came, and again when the rest is there', async () => {
    history.pastFailure = new ScalerError('unavailable', 'did not answer within 30 s');
    history.heldDays = 2;
    const first = await snapshot();
    assert.equal(first.historyFailure, history.pastFailure);
    assert.deepEqual([first.reason, planner.evidence(trigger)!.history.values.length], ['forecast', 2 * 288]);
    await clock.advance(2 * settings.refreshSeconds);
    assert.equal(log.fits, 1);
    history.pastFailure = undefined;
    history.heldDays = undefined;
    await clock.advance(settings.refreshSeconds);
    assert.equal(log.fits, 2);
    await clock.advance(4 * settings.refreshSeconds);
    assert.equal(log.fits, 2, 'the whole history needs one fit');
    // As a replica that never lacked anything.
    const fresh = new Planner({ clock, history, fitter, settings, observer: log });
    const asking = fresh.answer(trigger);
    await clock.advance(settings.firstAnswerWaitSeconds);
    const expected = await asking;
    await fresh.close();
    assert.ok(expected.snapshot);
    assert.equal((await snapshot()).value, expected.snapshot.value);
  });

  it('answers the first question with the forecast from the part of its history that came', async () => {
    await planner.close();
    let allow!: () => void;
    const allowed = new Promise<void>((resolve) => {
      allow = resolve;
    });
    const fit: Fitter['fit'] = async (...asked) => {
      await allowed;
      return await fitter.fit(...asked);
    };
    start({ fitter: { ...fitter, fit } });
    history.pastFailure = new ScalerError('unavailable', 'did not answer within 30 s');
    history.heldDays = 2;
    const asking = planner.answer(trigger);
    await clock.advance(settings.firstAnswerWaitSeconds / 2);
    allow();
    assert.equal((await asking).snapshot?.reason, 'forecast');
  });

  it('fits again at once when a part of its history comes late, and answers like a replica that starts then', async () => {
    history.heldDays = 0.5;
    await ask();
    await clock.advance(2 * STEP);
    assert.equal(planner.evidence(trigger)?.model?.stage, 'trend');
    const { fits } = log;
    history.heldDays = undefined;
    history.lateArrivals++;
    await clock.advance(settings.refreshSeconds);
    assert.equal(log.fits, fits + 1);
    const old = planner;
    start();
    await ask();
    const [running, started] = await Promise.all([old.answer(trigger), planner.answer(trigger)]);
    assert.equal(running.snapshot?.stage, 'daily');
    assert.equal(running.snapshot?.value, started.snapshot?.value);
    await old.close();
    const { fits: afterwards } = log;
    await clock.advance(4 * settings.refreshSeconds);
    assert.equal(log.fits, afterwards);
  });

  it('goes on with its model while it is fresh when the history fails, and then with the load now', async () => {
    await ask();
    history.pastFailure = new ScalerError('rejected', 'the query gives 2 series');
    await clock.advance(2 * STEP);
    const fresh = await snapshot();
    assert.deepEqual([fresh.reason, fresh.historyFailure], ['forecast', history.pastFailure]);
    await clock.advance(settings.maxStalenessSeconds + 2 * STEP);
    const old = await snapshot();
    assert.deepEqual([old.reason, old.value], ['no-history', old.observed]);
  });

  it('is unavailable in an outage after an empty reading', async () => {
    history.state = 'is empty';
    assert.equal((await snapshot()).value, 0);
    history.state = 'fails';
    await clock.advance(2 * settings.refreshSeconds);
    const answer = await planner.answer(trigger);
    assert.ok(answer.error);
    assert.equal(answer.error.kind, 'unavailable');
  });

  it('drops no trigger because the clock jumps ahead', async () => {
    await ask();
    clock.jump(DAY);
    await clock.advance(settings.idleSeconds / 2);
    assert.deepEqual(log.dropped, []);
    await clock.advance(settings.idleSeconds);
    assert.deepEqual(log.dropped, [trigger.scaledObject]);
  });

  it('answers further questions without waiting', async () => {
    await ask();
    const first = await planner.answer(trigger);
    assert.equal(await planner.answer(trigger), first);
  });

  it('renews the answer with each tick and the model with each step', async () => {
    const before = await snapshot();
    await clock.advance(STEP);
    const after = await snapshot();
    assert.ok(after.observedAtSeconds >= before.observedAtSeconds + STEP - settings.refreshSeconds);
    assert.equal(after.historyUntilSeconds, before.historyUntilSeconds! + STEP);
    assert.equal(history.reads, 2);
  });

  it('learns the steps that ended during a slow read with the next tick', async () => {
    const before = await snapshot();
    let come = () => {};
    history.pastComes = new Promise((resolve) => {
      come = resolve;
    });
    for (let i = 0; i < 3; i++) {
      await clock.advance(STEP);
      assert.equal((await snapshot()).historyUntilSeconds, before.historyUntilSeconds);
    }
    come();
    await clock.advance(settings.refreshSeconds);
    assert.equal((await snapshot()).historyUntilSeconds, before.historyUntilSeconds! + 3 * STEP);
    assert.equal(history.reads, 2, 'one read for all that ended meanwhile');
  });

  it('refits once an hour and carries the model on in between', async () => {
    await ask();
    for (let i = 0; i < 24; i++) {
      await clock.advance(STEP);
      await planner.answer(trigger);
    }
    assert.equal(log.fits, 3);
  });

  it('goes on while the source fails, is unavailable after maxStaleness, and recovers by itself', async () => {
    await ask();
    history.state = 'fails';
    await clock.advance(60);
    assert.equal((await snapshot()).reason, 'stale');
    for (let i = 0; i < 6; i++) {
      await clock.advance(STEP);
      await planner.answer(trigger);
    }
    const lost = await planner.answer(trigger);
    assert.ok(lost.error);
    assert.equal(lost.error.kind, 'unavailable');
    assert.match(lost.error.message, /connection refused/);
    history.state = 'answers';
    await clock.advance(settings.refreshSeconds);
    assert.equal((await snapshot()).reason, 'forecast');
  });

  it('goes stale and then unavailable while the source hangs', async () => {
    await ask();
    history.state = 'hangs';
    await clock.advance(60);
    assert.equal((await snapshot()).reason, 'stale');
    for (let i = 0; i < 6; i++) {
      await clock.advance(STEP);
      await planner.answer(trigger);
    }
    assert.ok((await planner.answer(trigger)).error);
  });

  it('says at once that the query gives several series', async () => {
    history.state = 'rejects';
    const answer = await ask();
    assert.ok(answer.error);
    assert.equal(answer.error.kind, 'rejected');
  });

  it('answers 0 for a query without any series', async () => {
    history.state = 'is empty';
    const { value, reason } = await snapshot();
    assert.deepEqual({ value, reason }, { value: 0, reason: 'empty' });
  });

  it('answers the observed value when the fit fails, and reports it', async () => {
    await planner.close();
    start({ fitter: brokenFitter });
    const { value, observed } = await snapshot();
    assert.equal(value, observed);
    assert.equal(log.failedFits, 1);
  });

  it('has models fitted in the name of the namespace, and gives the wait up with the trigger', async () => {
    const turns: FitTurn[] = [];
    const busy: Fitter = {
      choose: () => assert.fail('nothing is to be chosen'),
      fit: (_series, _options, turn) => {
        turns.push(turn);
        return new Promise((_, reject) =>
          turn.signal.addEventListener('abort', () => reject(turn.signal.reason)),
        );
      },
    };
    await planner.close();
    start({ fitter: busy });
    await ask();
    await clock.advance(settings.idleSeconds + settings.idleSeconds / 10);
    assert.deepEqual([turns.length, turns[0]!.namespace], [1, trigger.namespace]);
    assert.ok(turns[0]!.signal.aborted);
    assert.equal(history.open, 0);
    assert.equal(log.failedFits, 0);
  });

  it('drops a trigger that nobody asks about, and its history', async () => {
    await ask();
    assert.equal(history.open, 1);
    await clock.advance(settings.idleSeconds + settings.idleSeconds / 10);
    assert.deepEqual([...planner.all()], []);
    assert.deepEqual(log.dropped, ['app-a']);
    assert.equal(history.open, 0);
  });

  it('keeps a trigger that a stream follows', async () => {
    const answers: Answer[] = [];
    const stop = planner.subscribe(trigger, (answer) => answers.push(answer));
    await clock.advance(2 * settings.idleSeconds);
    assert.equal([...planner.all()].length, 1);
    assert.ok(answers.length > 60);
    stop();
    const received = answers.length;
    await clock.advance(60);
    assert.equal(answers.length, received);
  });

  it('shows the history and the model behind an answer', async () => {
    await ask();
    const evidence = planner.evidence(trigger);
    assert.equal(evidence?.history.values.length, (4 * DAY) / STEP);
    assert.equal(evidence?.model?.stage, 'daily');
    assert.equal(planner.evidence(testTrigger({ scaledObject: 'unknown' })), undefined);
  });

  it('knows what a holiday will be like as far ahead as its horizon goes', async () => {
    await planner.close();
    const feast = testEvent('Feast', MIDNIGHT + 3 * DAY, MIDNIGHT + 4 * DAY, { holiday: true });
    start({ calendars: { of: () => testCalendar(feast) } });
    const { events } = await snapshot(testTrigger({ historySeconds: 9 * DAY, horizonSeconds: 4 * DAY }));
    // The newest Sunday is not over at the boundary of the fit, a few minutes before Monday begins.
    assert.equal(likeText(events[0]!.like!, 'UTC'), 'like Sunday 2026-02-22');
  }).timeout(60_000);

  it('remembers what it answered, what came and when it changed its mind', async () => {
    await ask();
    await clock.advance(STEP);
    await ask();
    await clock.advance(STEP);
    await ask();
    history.state = 'fails';
    await clock.advance(STEP);
    const { past, changes } = planner.evidence(trigger)!;
    assert.equal(past?.slotSeconds, STEP);
    assert.equal(past.observedMean.length, 4);
    assert.ok(
      Math.abs(past.observedHighest[1]! - load(MIDNIGHT + 2 * STEP)) < 1,
      `${past.observedHighest[1]}`,
    );
    assert.ok(past.answered.every((value, slot) => value >= past.observedHighest[slot]!));
    assert.deepEqual(
      changes.map(({ state }) => 'reason' in state && state.reason),
      ['warming-up', 'forecast', 'stale'],
    );
  });

  it('answers two replicas alike, one of them just started', async () => {
    await ask();
    for (let i = 0; i < 30; i++) {
      await clock.advance(STEP);
      await planner.answer(trigger);
    }
    const old = planner;
    start();
    await ask();
    const [a, b] = await Promise.all([old.answer(trigger), planner.answer(trigger)]);
    await old.close();
    assert.ok(a.snapshot && b.snapshot);
    assert.equal(a.snapshot.observedAtSeconds, b.snapshot.observedAtSeconds);
    assert.ok(Math.abs(a.snapshot.value - b.snapshot.value) <= 1e-9 * a.snapshot.value);
  });

  it('answers two replicas alike that fit with each step, one of them started in the middle of a step', async () => {
    await planner.close();
    const often = { settings: { ...settings, refitSeconds: STEP } };
    start(often);
    const old = planner;
    await ask();
    for (let i = 0; i < 4; i++) {
      await clock.advance(STEP);
      await old.answer(trigger);
    }
    await clock.advance(STEP / 2);
    start(often);
    await ask();
    for (let i = 0; i < 2; i++) {
      await clock.advance(STEP);
      await Promise.all([old.answer(trigger), planner.answer(trigger)]);
      const [a, b] = [old.evidence(trigger), planner.evidence(trigger)];
      assert.ok(a && b);
      assert.deepEqual(a.model, b.model, `${i + 1} steps after the start`);
    }
    await old.close();
  });
});
