/** Who asks, and how urgent it is. */
export interface Turn {
  /** Work of a higher number goes first. Work of number 0 is long and has half of the places at most. */
  readonly priority: number;
  /** Namespace on whose behalf it is. */
  readonly tenant: string;
}

interface Waiting {
  readonly turn: Turn;
  readonly start: () => void;
  readonly giveUp: (reason: unknown) => void;
}

/** Tenants whose last turn is remembered. */
const maxRemembered = 10_000;

/**
 * Runs a bounded number of tasks at once and lets tenants take turns: of the most urgent tasks that wait, the next is
 * one of the tenant with the fewest under way, and among equals of the one that was served longest ago. No tenant has
 * more than three quarters of the places (of fewer than 4 places it may have all), so that one whose queries take long
 * leaves room for the others. For the same reason long work, whoever it is for, has half of the places at most.
 */
export class FairQueue {
  readonly #places: number;
  readonly #placesPerTenant: number;
  readonly #placesForLongWork: number;
  /** By tenant, in the order of urgency and arrival. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #running = new Map<string, number>();
  /** When each tenant was served last, counted in tasks. */
  readonly #servedAt = new Map<string, number>();
  #served = 0;
  #longRunning = 0;
  #free: number;

  /** @param places tasks at once. */
  constructor(places: number) {
    this.#places = places;
    this.#free = places;
    this.#placesForLongWork = places < 4 ? places : Math.ceil(places / 2);
    this.#placesPerTenant = places < 4 ? places : Math.floor((places * 3) / 4);
  }

  /** Runs a task when its turn comes. Rejects with the signal's reason when that is aborted while it waits. */
  async run<Result>(turn: Turn, task: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    await this.#turn(turn, signal);
    try {
      return await task();
    } finally {
      this.#free++;
      if (turn.priority === 0) this.#longRunning--;
      const left = this.#running.get(turn.tenant)! - 1;
      if (left > 0) this.#running.set(turn.tenant, left);
      else this.#running.delete(turn.tenant);
      this.#serve();
    }
  }

  /** Rejects every task that waits; those under way go on. */
  clear(reason: unknown): void {
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { giveUp } of waiting) giveUp(reason);
  }

  #turn(turn: Turn, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const aborted = (): void => {
        const list = this.#waiting.get(turn.tenant);
        const at = list?.indexOf(waiting) ?? -1;
        if (at >= 0) list!.splice(at, 1);
        if (list?.length === 0) this.#waiting.delete(turn.tenant);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        turn,
        start: () => {
          signal.removeEventListener('abort', aborted);
          resolve();
        },
        giveUp: (reason) => {
          signal.removeEventListener('abort', aborted);
          reject(reason);
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      const list = this.#waiting.get(turn.tenant);
      if (list === undefined) this.#waiting.set(turn.tenant, [waiting]);
      else insert(list, waiting);
      this.#serve();
    });
  }

  #serve(): void {
    while (this.#free > 0) {
      const tenant = this.#next();
      if (tenant === undefined) return;
      const list = this.#waiting.get(tenant)!;
      const { turn, start } = list.shift()!;
      if (turn.priority === 0) this.#longRunning++;
      if (list.length === 0) this.#waiting.delete(tenant);
      this.#servedAt.delete(tenant);
      this.#servedAt.set(tenant, ++this.#served);
      if (this.#servedAt.size > maxRemembered) this.#servedAt.delete(this.#servedAt.keys().next().value!);
      this.#free--;
      this.#running.set(tenant, (this.#running.get(tenant) ?? 0) + 1);
      start();
    }
  }

  #next(): string | undefined {
    let best: string | undefined;
    let bestPriority = Number.NEGATIVE_INFINITY;
    let fewest = this.#places;
    let longestAgo = Number.POSITIVE_INFINITY;
    for (const [tenant, list] of this.#waiting) {
      const running = this.#running.get(tenant) ?? 0;
      if (running >= this.#placesPerTenant) continue;
      const { priority } = list[0]!.turn;
      if (priority === 0 && this.#longRunning >= this.#placesForLongWork) continue;
      const servedAt = this.#servedAt.get(tenant) ?? 0;
      const isBetter =
        priority > bestPriority ||
        (priority === bestPriority && (running < fewest || (running === fewest && servedAt < longestAgo)));
      if (!isBetter) continue;
      best = tenant;
      bestPriority = priority;
      fewest = running;
      longestAgo = servedAt;
    }
    return best;
  }
}

/** Keeps a list in the order of urgency, and of arrival among equals. */
function insert(list: Waiting[], waiting: Waiting): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.turn.priority < waiting.turn.priority) high = middle;
    else low = middle + 1;
  }
  list.splice(low, 0, waiting);
}
