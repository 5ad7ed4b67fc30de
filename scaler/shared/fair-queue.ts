import { LRUCache } from 'lru-cache';

/** Whose task it is, and how urgent. */
export interface Turn {
  /** Tasks with a higher number go first. Those with 0 are long and have half of the places at most. */
  readonly priority: number;
  readonly namespace: string;
}

interface Waiting {
  readonly turn: Turn;
  readonly start: () => void;
  readonly giveUp: (reason: unknown) => void;
}

/** Namespaces whose last turn is remembered. */
const MAX_REMEMBERED = 10_000;

/** So many urgent tasks may start before a less urgent one that waits. */
const MOST_PASSED = 16;

/** Tasks of one namespace and priority, in the order of arrival. */
interface Level {
  readonly priority: number;
  readonly list: Waiting[];
  /** Tasks of other levels that have started since this one had a turn, or since its tasks began to wait. */
  passed: number;
}

interface Queue {
  /** Levels with tasks, the most urgent first. */
  readonly levels: Level[];
  /** `#served` at the last turn of the namespace, or when it began to wait. */
  waitsSince: number;
}

/**
 * Lets a bounded number of tasks run at once, with turns for namespaces. Next is the namespace with the fewest running
 * tasks, among these the one with the most urgent task, and among these the one that was served longest ago. Less
 * urgent tasks are passed over only a few times. A namespace has at most three quarters of the places, and long tasks
 * have at most half of them (with fewer than 4 places both may have all).
 *
 * No library does this: p-queue and fastq have priorities but no groups, and Bottleneck serves groups that share a
 * limit in the order of arrival.
 */
export class FairQueue {
  readonly #places: number;
  readonly #placesPerNamespace: number;
  readonly #placesForLongWork: number;
  readonly #waiting = new Map<string, Queue>();
  readonly #running = new Map<string, number>();
  /** `#served` at the last turn of each namespace. */
  readonly #servedAt = new LRUCache<string, number>({ maxSize: MAX_REMEMBERED, sizeCalculation: () => 1 });
  #served = 0;
  #longRunning = 0;
  #free: number;

  constructor(places: number) {
    this.#places = places;
    this.#free = places;
    this.#placesForLongWork = places < 4 ? places : Math.ceil(places / 2);
    this.#placesPerNamespace = places < 4 ? places : Math.floor((places * 3) / 4);
  }

  /** Waits for a place. Rejects with the signal's reason. @returns gives the place back; to be called once */
  enter(turn: Turn, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const aborted = (): void => {
        this.#remove(waiting);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        turn,
        start: () => {
          signal.removeEventListener('abort', aborted);
          resolve(() => this.#leave(turn));
        },
        giveUp: (reason) => {
          signal.removeEventListener('abort', aborted);
          reject(reason);
        },
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#levelOf(turn).list.push(waiting);
      this.#serve();
    });
  }

  /** Rejects every task that waits; those that run go on. */
  clear(reason: unknown): void {
    const waiting = [...this.#waiting.values()].flatMap(({ levels }) => levels.flatMap(({ list }) => list));
    this.#waiting.clear();
    for (const { giveUp } of waiting) giveUp(reason);
  }

  #levelOf({ priority, namespace }: Turn): Level {
    const queue = this.#waiting.get(namespace) ?? { levels: [], waitsSince: this.#served };
    this.#waiting.set(namespace, queue);
    const known = queue.levels.find((level) => level.priority === priority);
    if (known !== undefined) return known;
    const level: Level = { priority, list: [], passed: 0 };
    queue.levels.push(level);
    queue.levels.sort((a, b) => b.priority - a.priority);
    return level;
  }

  #remove(waiting: Waiting): void {
    const { levels } = this.#waiting.get(waiting.turn.namespace)!;
    const level = this.#levelOf(waiting.turn);
    level.list.splice(level.list.indexOf(waiting), 1);
    if (level.list.length === 0) levels.splice(levels.indexOf(level), 1);
    if (levels.length === 0) this.#waiting.delete(waiting.turn.namespace);
  }

  /** The most urgent level that may start, or one that was passed over too often. */
  #levelToServe({ levels }: Queue): Level | undefined {
    const startable = levels.filter(
      ({ priority }) => priority > 0 || this.#longRunning < this.#placesForLongWork,
    );
    return startable.find(({ passed }) => passed >= MOST_PASSED) ?? startable[0];
  }

  #leave({ priority, namespace }: Turn): void {
    this.#free++;
    if (priority === 0) this.#longRunning--;
    const left = this.#running.get(namespace)! - 1;
    if (left > 0) this.#running.set(namespace, left);
    else this.#running.delete(namespace);
    this.#serve();
  }

  #serve(): void {
    while (this.#free > 0) {
      const namespace = this.#next();
      if (namespace === undefined) return;
      const queue = this.#waiting.get(namespace)!;
      const level = this.#levelToServe(queue)!;
      for (const other of queue.levels) other.passed = other === level ? 0 : other.passed + 1;
      const [waiting] = level.list as [Waiting];
      this.#remove(waiting);
      if (level.priority === 0) this.#longRunning++;
      this.#servedAt.set(namespace, ++this.#served);
      queue.waitsSince = this.#served;
      this.#free--;
      this.#running.set(namespace, (this.#running.get(namespace) ?? 0) + 1);
      waiting.start();
    }
  }

  #next(): string | undefined {
    let best: string | undefined;
    let bestUrgency = Number.NEGATIVE_INFINITY;
    let fewest = this.#places;
    let longestAgo = Number.POSITIVE_INFINITY;
    for (const [namespace, { levels, waitsSince }] of this.#waiting) {
      const running = this.#running.get(namespace) ?? 0;
      if (running >= this.#placesPerNamespace) continue;
      const { priority } = levels[0]!;
      if (priority === 0 && this.#longRunning >= this.#placesForLongWork) continue;
      const urgency = this.#served - waitsSince >= MOST_PASSED ? Number.POSITIVE_INFINITY : priority;
      const servedAt = this.#servedAt.peek(namespace) ?? 0;
      const isBetter =
        running < fewest ||
        (running === fewest && (urgency > bestUrgency || (urgency === bestUrgency && servedAt < longestAgo)));
      if (!isBetter) continue;
      best = namespace;
      bestUrgency = urgency;
      fewest = running;
      longestAgo = servedAt;
    }
    return best;
  }
}
