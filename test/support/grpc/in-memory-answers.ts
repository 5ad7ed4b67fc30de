import type { ReadAnswers } from '../../../scaler/grpc/handlers.js';
import type { Answer, Snapshot } from '../../../scaler/planner/types.js';
import { ScalerError } from '../../../scaler/shared/errors.js';
import type { Trigger } from '../../../scaler/trigger/trigger.js';

/** The planner's place in tests: answers are set by hand and handed out from memory. */
export class InMemoryAnswers implements ReadAnswers {
  /** Triggers asked about, in order. */
  readonly asked: Trigger[] = [];
  /** Callbacks subscribed now. */
  subscribers = 0;
  readonly #answers = new Map<string, Answer>();
  readonly #listeners = new Map<string, Set<(answer: Answer) => void>>();
  #held: Promise<void> | undefined;

  /** Sets what a metric answers; active when above its activation threshold, unless told. */
  set(metricName: string, value: number, active = value > 0): void {
    this.#publish(metricName, { snapshot: snapshot(value, active) });
  }

  /** Lets a metric answer an error. */
  fail(metricName: string, error: ScalerError): void {
    this.#publish(metricName, { error });
  }

  /** Keeps every answer back until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  async answer(trigger: Trigger): Promise<Answer> {
    this.asked.push(trigger);
    await this.#held;
    return (
      this.#answers.get(trigger.metricName) ?? {
        error: new ScalerError('unavailable', `nothing is known of ${trigger.metricName}`),
      }
    );
  }

  subscribe(trigger: Trigger, listener: (answer: Answer) => void): () => void {
    const listeners = this.#listeners.get(trigger.metricName) ?? new Set();
    this.#listeners.set(trigger.metricName, listeners);
    listeners.add(listener);
    this.subscribers++;
    return () => {
      if (listeners.delete(listener)) this.subscribers--;
    };
  }

  #publish(metricName: string, answer: Answer): void {
    this.#answers.set(metricName, answer);
    for (const listener of this.#listeners.get(metricName) ?? []) listener(answer);
  }
}

/** Only what the RPCs read is filled in. */
function snapshot(value: number, active: boolean): Snapshot {
  return { value, active } as Snapshot;
}
