import type { Answer, StateChange } from './types.js';

/** Changes kept: enough for a bad night, and few enough for ten thousand triggers. */
const KEPT = 30;

/** Longest message kept with an error. */
const MESSAGE_LENGTH = 500;

/** The latest changes of one trigger's state. */
export class StateChanges {
  readonly #changes: StateChange[] = [];

  /** Records the state of an answer when it has changed. */
  note(nowSeconds: number, answer: Answer): void {
    const state = stateOf(answer);
    const before = this.#changes.at(-1)?.state;
    if (before && isSame(before, state)) return;
    this.#changes.push({ atSeconds: nowSeconds, state });
    if (this.#changes.length > KEPT) this.#changes.shift();
  }

  /** A copy, oldest first. */
  list(): readonly StateChange[] {
    return [...this.#changes];
  }
}

function stateOf(answer: Answer): StateChange['state'] {
  if (answer.error)
    return { error: answer.error.kind, message: answer.error.message.slice(0, MESSAGE_LENGTH) };
  const { reason, status, stage, active } = answer.snapshot;
  return { reason, status, stage, active };
}

function isSame(a: StateChange['state'], b: StateChange['state']): boolean {
  if ('error' in a || 'error' in b) return 'error' in a && 'error' in b && a.error === b.error;
  return a.status === b.status && a.stage === b.stage && a.active === b.active;
}
