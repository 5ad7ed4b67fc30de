import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.js';
import { ScalerError } from '../errors.js';
import type { Trigger } from '../trigger.js';
import type { Fitter, HistoryProvider, PlannerObserver, PlannerSettings } from './ports.js';
import { TrackedTrigger } from './tracked-trigger.js';
import type { Answer, Answers, Evidence } from './types.js';

/** How many times a trigger is looked at without a question in between until it is dropped. */
const looksUntilIdle = 10;

/** What the planner works with. */
export interface PlannerParts {
  readonly clock: Clock;
  readonly history: HistoryProvider;
  readonly fitter: Fitter;
  readonly settings: PlannerSettings;
  readonly observer: PlannerObserver;
}

/** What the triggers of one namespace have together. */
interface Share {
  readonly triggers: number;
  readonly steps: number;
}

/**
 * Keeps every trigger that KEDA asks about: the first question makes a trigger known, its answer is then renewed in
 * the background, and it is dropped when nobody has asked for a while. Questions are answered from memory.
 */
export class Planner implements Answers {
  readonly #tracked = new Map<string, TrackedTrigger>();
  /** What each namespace has of the bounds. */
  readonly #shares = new Map<string, Share>();
  readonly #ending = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #sweeping: Promise<void>;

  constructor(readonly parts: PlannerParts) {
    this.#sweeping = this.#sweep();
  }

  async answer(trigger: Trigger): Promise<Answer> {
    let tracked: TrackedTrigger;
    try {
      tracked = this.#track(trigger);
    } catch (error) {
      if (error instanceof ScalerError) return { error };
      throw error;
    }
    if (!tracked.hasSettled && !tracked.hasBeenWaitedFor) {
      tracked.firstWait ??= this.#waitForFirstAnswer(tracked);
      await tracked.firstWait;
    }
    return tracked.answer ?? { error: noAnswerYet(trigger, this.parts.settings.firstAnswerWaitSeconds) };
  }

  /**
   * @throws ScalerError as `HistoryProvider.window` does, when the namespace has too many triggers, and when another
   * trigger of the ScaledObject has the same metric name.
   */
  subscribe(trigger: Trigger, listener: (answer: Answer) => void): () => void {
    return this.#track(trigger).subscribe(listener);
  }

  *all(): Iterable<{ readonly trigger: Trigger; readonly answer: Answer | undefined }> {
    for (const { trigger, answer } of this.#tracked.values()) yield { trigger, answer };
  }

  evidence(trigger: Trigger): Evidence | undefined {
    return this.#tracked.get(keyOf(trigger))?.evidence();
  }

  /** Stops every trigger's life and waits until nothing is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const key of this.#tracked.keys()) this.#drop(key);
    await Promise.all([this.#sweeping, ...this.#ending]);
  }

  #track(trigger: Trigger): TrackedTrigger {
    const key = keyOf(trigger);
    const known = this.#tracked.get(key);
    if (known && (known.trigger === trigger || isDeepStrictEqual(known.trigger, trigger))) {
      known.idleLooks = 0;
      return known;
    }
    if (known && known.idleLooks < 2 && known.replaced && isDeepStrictEqual(known.replaced, trigger))
      throw nameTaken(trigger);
    this.#requireRoom(trigger, known?.trigger);
    // Opened before the old one is dropped, so that an unchanged query keeps its window.
    const history = this.parts.history.window(this.#withLead(trigger));
    const tracked = new TrackedTrigger(trigger, history, this.parts);
    if (known) {
      known.moveSubscribersTo(tracked);
      tracked.replaced = known.trigger;
      this.#drop(key);
    }
    this.#tracked.set(key, tracked);
    this.#addToShare(trigger, 1);
    tracked.start();
    return tracked;
  }

  /**
   * A trigger with the history that its fit needs: the window of a fit ends at a refit boundary, up to a refit and its
   * grace before now. Without the lead a replica that has just started would fit on less than one that runs.
   */
  #withLead(trigger: Trigger): Trigger {
    const { historySeconds, stepSeconds } = trigger;
    return {
      ...trigger,
      historySeconds: historySeconds + this.parts.settings.refitSeconds + 2 * stepSeconds,
    };
  }

  #shareOf(namespace: string): Share {
    return this.#shares.get(namespace) ?? { triggers: 0, steps: 0 };
  }

  /** @param sign 1 for a trigger that comes, -1 for one that goes. */
  #addToShare(trigger: Trigger, sign: 1 | -1): void {
    const { triggers, steps } = this.#shareOf(trigger.namespace);
    const share = { triggers: triggers + sign, steps: steps + sign * stepsOf(trigger) };
    if (share.triggers > 0) this.#shares.set(trigger.namespace, share);
    else this.#shares.delete(trigger.namespace);
  }

  /** @param replaced the trigger that makes room for this one. */
  #requireRoom(trigger: Trigger, replaced: Trigger | undefined): void {
    const { maxTriggersPerNamespace, maxStepsPerNamespace } = this.parts.settings;
    const { namespace, scaledObject } = trigger;
    const { triggers, steps } = this.#shareOf(namespace);
    const refuse = (has: string, advice: string, setting: string) =>
      new ScalerError(
        'rejected',
        `ScaledObject ${namespace}/${scaledObject}: namespace ${namespace} has ${has}; ${advice}, or ask the operator to raise planner.${setting}`,
      );
    if (replaced === undefined && triggers >= maxTriggersPerNamespace)
      throw refuse(
        `${maxTriggersPerNamespace} triggers already, and no more are accepted`,
        'remove some',
        'maxTriggersPerNamespace',
      );
    const more = stepsOf(trigger) - (replaced === undefined ? 0 : stepsOf(replaced));
    if (more > 0 && steps + more > maxStepsPerNamespace)
      throw refuse(
        `${steps} of ${maxStepsPerNamespace} steps of history, and this trigger wants ${more} more`,
        'shorten historyTimeWindow, lengthen queryStep',
        'maxStepsPerNamespace',
      );
  }

  async #waitForFirstAnswer(tracked: TrackedTrigger): Promise<void> {
    const enough = new AbortController();
    const patience = this.parts.clock
      .sleep(this.parts.settings.firstAnswerWaitSeconds, enough.signal)
      .catch(() => undefined);
    await Promise.race([tracked.settled, patience]);
    enough.abort();
    tracked.hasBeenWaitedFor = true;
  }

  #drop(key: string): void {
    const tracked = this.#tracked.get(key);
    if (!tracked) return;
    this.#tracked.delete(key);
    this.#addToShare(tracked.trigger, -1);
    const ending = tracked.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Idle time is counted in looks: by the time of day, a clock that jumps ahead would make every trigger idle at once. */
  async #sweep(): Promise<void> {
    const { clock, settings, observer } = this.parts;
    const signal = this.#closing.signal;
    while (!signal.aborted) {
      await clock.sleep(settings.idleSeconds / looksUntilIdle, signal).catch(() => undefined);
      for (const [key, tracked] of this.#tracked) {
        if (tracked.hasSubscribers || tracked.idleLooks++ < looksUntilIdle) continue;
        this.#drop(key);
        observer.triggerDropped(tracked.trigger);
      }
    }
  }
}

function stepsOf({ historySeconds, stepSeconds }: Trigger): number {
  return Math.ceil(historySeconds / stepSeconds);
}

function keyOf(trigger: Trigger): string {
  return `${trigger.namespace}/${trigger.scaledObject}/${trigger.metricName}`;
}

/** Two triggers that are both asked about would replace each other at every call, with a new history and fit each time. */
function nameTaken({ namespace, scaledObject, metricName }: Trigger): ScalerError {
  return new ScalerError(
    'invalid',
    `ScaledObject ${namespace}/${scaledObject}: two of its triggers have the metricName "${metricName}" and differ otherwise; give each a name of its own, or leave metricName out (after an edit that was taken back, this passes within minutes)`,
  );
}

function noAnswerYet(trigger: Trigger, waitedSeconds: number): ScalerError {
  return new ScalerError(
    'unavailable',
    `${keyOf(trigger)}: the history source has not answered within ${waitedSeconds} s of the first question; the next answer follows as soon as it does`,
  );
}
