import { LRUCache } from 'lru-cache';

/** Whose task it is, and how urgent. */
export interface Turn {
  /** Work of a higher number goes first. Work of number 0 is long and has half of the places at most. */
  readonly priority: number;
  /** Namespace on whose behalf it is. */
  readonly namespace: string;
}

interface Waiting {
  readonly turn: Turn;
  readonly start: () => void;
  readonly giveUp: (reason: unknown) => void;
}

/** Namespaces whose last turn is remembered. */
const MAX_REMEMBERED = 10_000;

/** Urgent tasks that may start before a less urgent one while it waits: of its own namespace, or of others. */
const MOST_PASSED = 16;

/** Tasks of one namespace that are equally urgent, in the order of arrival. */
interface Level {
  readonly priority: number;
  readonly list: Waiting[];
  /** Tasks of other levels that have started since this one had a turn, or since it has had tasks that wait. */
  passed: number;
}

/** Tasks of one namespace. */
interface Queue {
  /** Those that have tasks, the most urgent first. */
  readonly levels: Level[];
  /** Tasks that had been started when the namespace's last one was, or when this one began to wait. */
  waitsSince: number;
}

/**
 * Lets a bounded number of tasks run at once and namespaces take turns. Next is a task of the namespace with the fewest
 * running; among equals the most urgent task; among these one of the namespace that was served longest ago. A namespace
 * says itself how urgent its tasks are, so others are passed over for them a few times only, and so are its own less
 * urgent tasks. No namespace has more than three quarters of the places and long work no more than half of them (with
 * fewer than 4 places either may have all).
 *
 * Own code, since no library does it: p-queue and fastq know priorities but no groups, and Bottleneck's groups, chained to
 * a common limiter, are served there in the order of arrival.
 */
export class FairQueue {
  readonly #places: number;
  readonly #placesPerNamespace: number;
  readonly #placesForLongWork: number;
  readonly #waiting = new Map<string, Queue>();
  readonly #running = new Map<string, number>();
  /** When each namespace was served last, counted in tasks. */
  readonly #servedAt = new LRUCache<string, number>({ maxSize: MAX_REMEMBERED, sizeCalculation: () => 1 });
  #served = 0;
  #longRunning = 0;
  #free: number;

  /** @param places tasks at once. */
  constructor(places: number) {
    this.#places = places;
    this.#free = places;
    this.#placesForLongWork = places < 4 ? places : Math.ceil(places / 2);
    this.#placesPerNamespace = places < 4 ? places : Math.floor((places * 3) / 4);
  }

  /**
   * Waits for a place. Rejects with the signal's reason when that is aborted meanwhile.
   * @returns gives the place back; to be called once, when the task has ended.
   */
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

  /** Rejects every task that waits; those under way go on. */
  clear(reason: unknown): void {
    const waiting = [...this.#waiting.values()].flatMap(({ levels }) => levels.flatMap(({ list }) => list));
    this.#waiting.clear();
    for (const { giveUp } of waiting) giveUp(reason);
  }

  /** Where a task waits. */
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

  /** A namespace's level whose turn it is: the most urgent that may start, or one that was passed over too often. */
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
