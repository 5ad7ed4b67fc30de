/**
 * The pods of one workload: how many exist and how many can serve. A new pod is ready a fixed time after it is
 * created. When replicas shrink, pods that are not ready go first and the newest of them before the older, as the
 * ReplicaSet controller ranks them (kubernetes `pkg/controller/controller_utils.go`, ActivePodsWithRanks).
 */
export class Pods {
  #count: number;
  #ready: number;
  /** Pods that are starting, oldest first: when each group becomes ready, and how many it holds. */
  readonly #starting: { readonly readyAtSeconds: number; count: number }[] = [];

  /** Starts with `count` pods that are ready. */
  constructor(
    count: number,
    private readonly startupSeconds: number,
  ) {
    this.#count = count;
    this.#ready = count;
  }

  get count(): number {
    return this.#count;
  }

  get ready(): number {
    return this.#ready;
  }

  /** When the next pod becomes ready; infinity when none is starting. */
  get nextReadySeconds(): number {
    return this.#starting[0]?.readyAtSeconds ?? Number.POSITIVE_INFINITY;
  }

  /** Lets every pod that is due by `nowSeconds` become ready. */
  advance(nowSeconds: number): void {
    while (this.nextReadySeconds <= nowSeconds) this.#ready += this.#starting.shift()!.count;
  }

  /** Creates or removes pods until there are `count`. */
  resize(nowSeconds: number, count: number): void {
    if (count > this.#count) {
      this.#starting.push({
        readyAtSeconds: nowSeconds + this.startupSeconds,
        count: count - this.#count,
      });
    } else {
      let surplus = this.#count - count;
      while (surplus > 0 && this.#starting.length > 0) {
        const newest = this.#starting.at(-1)!;
        const removed = Math.min(surplus, newest.count);
        newest.count -= removed;
        surplus -= removed;
        if (newest.count === 0) this.#starting.pop();
      }
      this.#ready -= surplus;
    }
    this.#count = count;
  }
}
