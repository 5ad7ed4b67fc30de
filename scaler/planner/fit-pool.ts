import { fileURLToPath } from 'node:url';
import pLimit, { type LimitFunction } from 'p-limit';
import { Piscina } from 'piscina';
import type { FitOptions, FittedModel, Series } from '../forecast/index.js';
import type { Fitter } from './ports.js';

/** Bounds on the worker threads. */
export interface FitPoolLimits {
  /** Worker threads at most. */
  readonly threads: number;
  /** Longest time that one fit may take, not counting its wait for a thread, before its thread is stopped. */
  readonly timeoutSeconds: number;
  /** Heap of one thread, so that a fit that runs wild ends alone. */
  readonly heapMebibytes: number;
}

/**
 * Fits models in worker threads, so that the event loop goes on answering. A thread that dies or runs too long fails
 * its own fit only; the pool replaces it.
 */
export class FitPool implements Fitter {
  readonly #pool: Piscina<{ series: Series; options: FitOptions }, FittedModel>;
  readonly #timeoutSeconds: number;
  /** Queues in front of the pool, so that the time limit starts when a thread is free. */
  readonly #whenThreadIsFree: LimitFunction;

  /** @param worker program of the threads; the fit itself unless given. */
  constructor(limits: FitPoolLimits, worker = new URL('./fit-worker.js', import.meta.url)) {
    this.#timeoutSeconds = limits.timeoutSeconds;
    this.#whenThreadIsFree = pLimit(limits.threads);
    this.#pool = new Piscina({
      filename: fileURLToPath(worker),
      minThreads: 1,
      maxThreads: limits.threads,
      idleTimeout: 60_000,
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMebibytes },
    });
  }

  /** @throws Error when the fit failed, took too long, lost its thread, or the pool was closed. */
  async fit(series: Series, options: FitOptions): Promise<FittedModel> {
    const transferList = [series.values.buffer as ArrayBuffer];
    if (series.peaks) transferList.push(series.peaks.buffer as ArrayBuffer);
    return await this.#whenThreadIsFree(() =>
      this.#pool.run(
        { series, options },
        { transferList, signal: AbortSignal.timeout(this.#timeoutSeconds * 1000) },
      ),
    );
  }

  /** Stops the threads; fits under way are rejected. */
  async close(): Promise<void> {
    this.#whenThreadIsFree.clearQueue();
    await this.#pool.destroy();
  }
}
