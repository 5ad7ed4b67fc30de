import type { Series } from '../forecast/types.js';

/**
 * The last steps of a series in a ring of fixed size. Single precision, 8 bytes for mean and maximum, lets ten thousand
 * windows fit into memory. Steps are numbered from the epoch, by their begin over `stepSeconds`; step n is in slot
 * `n % capacity`. Unknown steps are NaN.
 */
export class StepBuffer {
  #values: Float32Array;
  #peaks: Float32Array;
  #first = 0;
  #end = 0;

  constructor(
    readonly stepSeconds: number,
    capacity: number,
  ) {
    this.#values = new Float32Array(capacity).fill(Number.NaN);
    this.#peaks = new Float32Array(capacity).fill(Number.NaN);
  }

  get capacity(): number {
    return this.#values.length;
  }

  /** First step held. */
  get first(): number {
    return this.#first;
  }

  /** One past the last step held. */
  get end(): number {
    return this.#end;
  }

  /** Makes room for another number of steps; the newest that fit are kept. */
  resize(capacity: number): void {
    const kept = Math.min(this.#end - this.#first, capacity);
    const held = this.read(this.#end - kept, this.#end);
    this.#values = new Float32Array(capacity).fill(Number.NaN);
    this.#peaks = new Float32Array(capacity).fill(Number.NaN);
    this.#first = this.#end - kept;
    this.#put(held);
  }

  /** Forgets the steps held. The next ones are written around `step`. */
  restart(step: number): void {
    this.#first = step;
    this.#end = step;
  }

  /** Adds a series that touches the steps held. The oldest are dropped for lack of room, its own too. */
  write(series: Series): void {
    const from = Math.round(series.startSeconds / this.stepSeconds);
    const to = from + series.values.length;
    this.#end = Math.max(this.#end, to);
    this.#first = Math.max(Math.min(this.#first, from), this.#end - this.capacity);
    this.#put(series);
  }

  /** Mean of a step; NaN when it is unknown, undefined when it is not held. */
  at(step: number): number | undefined {
    return step >= this.#first && step < this.#end ? this.#values[step % this.capacity] : undefined;
  }

  /** Whether anything is known of a step that is held. */
  isKnown(step: number): boolean {
    return !Number.isNaN(this.at(step) ?? Number.NaN);
  }

  /** A copy of the steps in `[from, to)`, which must be held. */
  read(from: number, to: number): Required<Series> {
    return {
      startSeconds: from * this.stepSeconds,
      stepSeconds: this.stepSeconds,
      values: unroll(this.#values, from, to),
      peaks: unroll(this.#peaks, from, to),
    };
  }

  #put(series: Series): void {
    const start = Math.round(series.startSeconds / this.stepSeconds);
    const { values, peaks = values } = series;
    for (let step = Math.max(start, this.#first); step < start + values.length; step++) {
      const slot = step % this.capacity;
      this.#values[slot] = values[step - start]!;
      this.#peaks[slot] = peaks[step - start]!;
    }
  }
}

/** The entries of a ring for steps `[from, to)`, in order. */
function unroll(ring: Float32Array, from: number, to: number): Float64Array {
  const copy = new Float64Array(to - from);
  for (let step = from; step < to; step++) copy[step - from] = ring[step % ring.length]!;
  return copy;
}
