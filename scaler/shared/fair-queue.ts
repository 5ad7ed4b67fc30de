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
const maxRemembered = 10_000;

/** Tasks of others that may go before a namespace's because they are more urgent; then it has a turn whatever they are. */
const mostPassed = 16;

/** Tasks of one namespace. */
interface Queue {
  /** In the order of urgency and arrival. */
  readonly list: Waiting[];
  /** Tasks that had been started when the namespace's last one was, or when this one began to wait. */
  waitsSince: number;
}

/**
 * Lets a bounded number of tasks run at once and namespaces take turns. Next is a task of the namespace with the fewest
 * running; among equals the most urgent task; among these one of the namespace that was served longest ago. A namespace
 * says itself how urgent its tasks are, so others are passed over for them a few times only. No namespace has more than
 * three quarters of the places and long work no more than half of them (with fewer than 4 places either may have all).
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
  readonly #servedAt = new LRUCache<string, number>({ maxSize: maxRemembered, sizeCalculation: () => 1 });
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
        const list = this.#waiting.get(turn.namespace)?.list;
        const at = list?.indexOf(waiting) ?? -1;
        if (at >= 0) list!.splice(at, 1);
        if (list?.length === 0) this.#waiting.delete(turn.namespace);
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
      const queue = this.#waiting.get(turn.namespace);
      if (queue === undefined)
        this.#waiting.set(turn.namespace, { list: [waiting], waitsSince: this.#served });
      else {
        // In the order of urgency, and of arrival among equals; bisected, since thousands may wait.
        let [from, to] = [0, queue.list.length];
        while (from < to) {
          const middle = (from + to) >> 1;
          if (queue.list[middle]!.turn.priority >= turn.priority) from = middle + 1;
          else to = middle;
        }
        queue.list.splice(from, 0, waiting);
      }
      this.#serve();
    });
  }

  /** Rejects every task that waits; those under way go on. */
  clear(reason: unknown): void {
    const waiting = [...this.#waiting.values()].flatMap(({ list }) => list);
    this.#waiting.clear();
    for (const { giveUp } of waiting) giveUp(reason);
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
      const { list } = queue;
      const { turn, start } = list.shift()!;
      if (turn.priority === 0) this.#longRunning++;
      if (list.length === 0) this.#waiting.delete(namespace);
      this.#servedAt.set(namespace, ++this.#served);
      queue.waitsSince = this.#served;
      this.#free--;
      this.#running.set(namespace, (this.#running.get(namespace) ?? 0) + 1);
      start();
    }
  }

  #next(): string | undefined {
    let best: string | undefined;
    let bestUrgency = Number.NEGATIVE_INFINITY;
    let fewest = this.#places;
    let longestAgo = Number.POSITIVE_INFINITY;
    for (const [namespace, { list, waitsSince }] of this.#waiting) {
      const running = this.#running.get(namespace) ?? 0;
      if (running >= this.#placesPerNamespace) continue;
      const { priority } = list[0]!.turn;
      if (priority === 0 && this.#longRunning >= this.#placesForLongWork) continue;
      const urgency = this.#served - waitsSince >= mostPassed ? Number.POSITIVE_INFINITY : priority;
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
