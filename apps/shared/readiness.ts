/** Gives the reason why a part cannot do its work now, or `undefined` when it can. Answers from memory, at once. */
export type ReadinessCheck = () => string | undefined;

/** Whether the program can take work, and if not, why. Behind `/readyz`. */
export class Readiness {
  readonly #checks = new Map<string, ReadinessCheck>();

  /** Adds a part, such as `mysql`, whose check is asked on every `/readyz`. */
  watch(part: string, check: ReadinessCheck): void {
    this.#checks.set(part, check);
  }

  /** Says from now on that the program is stopping, so that no new work is sent to it. */
  markStopping(): void {
    this.watch('program', () => 'stopping');
  }

  /** The parts that are not ready with their reasons; empty when all is well. */
  problems(): Record<string, string> {
    const problems: Record<string, string> = {};
    for (const [part, check] of this.#checks) {
      const reason = check();
      if (reason !== undefined) problems[part] = reason;
    }
    return problems;
  }
}
