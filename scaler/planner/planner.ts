import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ScalerError } from '../shared/errors.js';
import type { Trigger } from '../trigger/trigger.js';
import { overloadSteps } from './accepted-overload.js';
import type { PlannerParts } from './ports.js';
import { TrackedTrigger } from './tracked-trigger.js';
import type { Answer, Answers, Evidence, KnownTrigger } from './types.js';

/** A trigger is dropped after so many looks without a question in between. */
const LOOKS_UNTIL_IDLE = 10;

/**
 * Keeps the triggers that KEDA asks about. The first question makes a trigger known, and its answer is then renewed in
 * the background, until nobody has asked for a while. Calls are answered from memory.
 */
export class Planner implements Answers {
  /** By namespace and `nameOf`. Several have the same name for a while after an edit, and with the same metricName. */
  readonly #tracked = new Map<string, Map<string, readonly TrackedTrigger[]>>();
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
    await tracked.firstWait;
    return tracked.answer ?? { error: noAnswerYet(trigger, this.parts.settings.firstAnswerWaitSeconds) };
  }

  /**
   * Makes a trigger known without a question, and waits for its first model or the reason for none.
   * @returns whether it has a model
   */
  async warmUp(trigger: Trigger): Promise<boolean> {
    const tracked = this.#track(trigger);
    await tracked.settled;
    return tracked.evidence().model !== undefined;
  }

  /** @throws ScalerError as `HistoryProvider.window` does, and when the namespace has too many triggers. */
  subscribe(trigger: Trigger, listener: (answer: Answer) => void): () => void {
    return this.#track(trigger).subscribe(listener);
  }

  *all(): Iterable<KnownTrigger> {
    for (const sameName of [...this.#tracked.values()].flatMap((names) => [...names.values()])) {
      const latest = Math.min(...sameName.map(({ idleLooks }) => idleLooks));
      const current = sameName.filter(({ idleLooks }) => idleLooks <= latest + 1);
      // In a map, since triggers that differ only in a secret have the same name; the newer counts.
      const named = new Map(
        current.map((one) => [current.length > 1 ? distinctName(one.trigger) : one.trigger.metricName, one]),
      );
      for (const [name, { trigger, answer }] of named) yield { name, trigger, answer };
    }
  }

  evidence(trigger: Trigger): Evidence | undefined {
    return this.#find(trigger)?.evidence();
  }

  /** Stops every trigger, and waits until all have ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const tracked of this.#everyone()) this.#drop(tracked);
    await Promise.all([this.#sweeping, ...this.#ending]);
  }

  /** A copy, since callers drop triggers while they read it. */
  #everyone(): TrackedTrigger[] {
    return [...this.#tracked.keys()].flatMap((namespace) => this.#ofNamespace(namespace));
  }

  #ofNamespace(namespace: string): TrackedTrigger[] {
    return [...(this.#tracked.get(namespace)?.values() ?? [])].flat();
  }

  #sameName(trigger: Trigger): readonly TrackedTrigger[] {
    return this.#tracked.get(trigger.namespace)?.get(nameOf(trigger)) ?? [];
  }

  #find(trigger: Trigger): TrackedTrigger | undefined {
    const sameName = this.#sameName(trigger);
    return (
      sameName.find((known) => known.trigger === trigger) ??
      sameName.find((known) => isDeepStrictEqual(known.trigger, trigger))
    );
  }

  #track(trigger: Trigger): TrackedTrigger {
    const known = this.#find(trigger);
    if (known) {
      known.idleLooks = 0;
      return known;
    }
    this.#makeRoom(trigger);
    const tracked = new TrackedTrigger(trigger, this.parts);
    const names = this.#tracked.get(trigger.namespace) ?? new Map<string, readonly TrackedTrigger[]>();
    this.#tracked.set(trigger.namespace, names.set(nameOf(trigger), [...this.#sameName(trigger), tracked]));
    return tracked;
  }

  /**
   * Drops what the trigger was before an edit where the namespace has no room for both.
   * @throws ScalerError when there is still no room
   */
  #makeRoom(trigger: Trigger): void {
    let refusal = this.#refusal(trigger);
    for (const old of this.#sameName(trigger)) {
      if (refusal === undefined) return;
      if (old.idleLooks === 0 || old.hasSubscribers) continue;
      this.#drop(old);
      refusal = this.#refusal(trigger);
    }
    if (refusal !== undefined) throw refusal;
  }

  /** Why the namespace has no room for another trigger; undefined when it has. */
  #refusal(trigger: Trigger): ScalerError | undefined {
    const { maxTriggersPerNamespace, maxStepsPerNamespace } = this.parts.settings;
    const { namespace, scaledObject } = trigger;
    const tracked = this.#ofNamespace(namespace);
    const steps = tracked.reduce((sum, known) => sum + this.#stepsOf(known.trigger), 0);
    const wanted = this.#stepsOf(trigger);
    const ask = 'or ask the operator to raise planner.maxTriggersPerNamespace';
    const reason =
      tracked.length >= maxTriggersPerNamespace
        ? `${maxTriggersPerNamespace} triggers already, and no more are accepted; remove some, ${ask}`
        : steps + wanted > maxStepsPerNamespace
          ? `${steps} of ${maxStepsPerNamespace} steps of history, and this trigger wants ${wanted} more; shorten historyTimeWindow, lengthen queryStep, ${ask}, with which this limit grows`
          : undefined;
    if (reason === undefined) return undefined;
    const where = `ScaledObject ${namespace}/${scaledObject}: namespace ${namespace}`;
    return new ScalerError('rejected', `${where} has ${reason}`);
  }

  /** Steps held for a trigger, with those for the overload that it accepts. */
  #stepsOf(trigger: Trigger): number {
    const { historySeconds, stepSeconds, targetOverload } = trigger;
    const { refitSeconds } = this.parts.settings;
    const forOverload = targetOverload === undefined ? 0 : overloadSteps(trigger, refitSeconds);
    return Math.ceil(historySeconds / stepSeconds + forOverload);
  }

  #drop(tracked: TrackedTrigger): void {
    const { trigger } = tracked;
    const names = this.#tracked.get(trigger.namespace)!;
    const others = this.#sameName(trigger).filter((other) => other !== tracked);
    if (others.length > 0) names.set(nameOf(trigger), others);
    else names.delete(nameOf(trigger));
    if (names.size === 0) this.#tracked.delete(trigger.namespace);
    const ending = tracked.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Idle time is counted in looks: otherwise a clock that jumps ahead would make all triggers idle. */
  async #sweep(): Promise<void> {
    const { clock, settings, observer } = this.parts;
    const signal = this.#closing.signal;
    while (!signal.aborted) {
      await clock.sleep(settings.idleSeconds / LOOKS_UNTIL_IDLE, signal).catch(() => undefined);
      for (const tracked of this.#everyone()) {
        if (tracked.hasSubscribers || tracked.idleLooks++ < LOOKS_UNTIL_IDLE) continue;
        this.#drop(tracked);
        observer.triggerDropped(tracked.trigger);
      }
    }
  }
}

function nameOf(trigger: Trigger): string {
  return `${trigger.scaledObject}/${trigger.metricName}`;
}

/** A name for one of several triggers with the same metricName. It follows from the trigger, so replicas agree. */
function distinctName({ notices: _, ...trigger }: Trigger): string {
  const hash = createHash('sha256').update(JSON.stringify(trigger)).digest('hex');
  return `${trigger.metricName}-${hash.slice(0, 6)}`;
}

function noAnswerYet(trigger: Trigger, waitedSeconds: number): ScalerError {
  return new ScalerError(
    'unavailable',
    `${trigger.namespace}/${nameOf(trigger)}: the history source has not answered within ${waitedSeconds} s of the first question; the next answer follows as soon as it does`,
  );
}
