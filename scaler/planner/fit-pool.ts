import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { FitOptions, FittedModel, Series } from '../forecast/index.js';
import type { ChoiceOptions } from '../policy/choose.js';
import type { Choice } from '../policy/types.js';
import { FairQueue } from '../shared/fair-queue.js';
import type { ChoiceHistory } from './choice.js';
import type { FitTurn, Fitter } from './ports.js';

/** Bounds on the worker threads. */
export interface FitPoolLimits {
  /** Most worker threads. */
  readonly threads: number;
  /** Longest time for one fit, without its wait for a thread. Then its thread is stopped. */
  readonly timeoutSeconds: number;
  /** Heap of one thread, so that a fit that needs too much ends alone. */
  readonly heapMebibytes: number;
}

/** Niceness of the threads: fits can wait, answers cannot. */
const NICENESS = 10;

/**
 * Priority of every fit. If first fits went before others, a namespace with ever new triggers could keep the models of
 * others from being renewed. Not 0, which would halve the places.
 */
const PRIORITY = 1;

/**
 * Fits models in worker threads, so that the event loop can answer. Namespaces take turns, so that one with a thousand
 * triggers hardly delays the others. A thread that dies or runs too long fails only its own fit, and is replaced.
 */
export class FitPool implements Fitter {
  readonly #pool: Piscina;
  readonly #timeoutSeconds: number;
  /** In front of the pool, so that the time limit starts when a thread is free. */
  readonly #queue: FairQueue;

  /** @param worker program of the threads */
  constructor(limits: FitPoolLimits, worker = new URL('./fit-worker.js', import.meta.url)) {
    this.#timeoutSeconds = limits.timeoutSeconds;
    this.#queue = new FairQueue(limits.threads);
    this.#pool = new Piscina({
      filename: fileURLToPath(worker),
      minThreads: 1,
      maxThreads: limits.threads,
      idleTimeout: 60_000,
      niceIncrement: NICENESS,
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMebibytes },
    });
  }

  /** @throws Error when the fit failed, took too long, lost its thread or was given up, or the pool was closed */
  fit(take: () => Series, options: FitOptions, turn: FitTurn): Promise<FittedModel> {
    return this.#run('default', () => ({ series: take() }), options, turn);
  }

  /** Errors as for `fit`. */
  choose(take: () => ChoiceHistory, options: ChoiceOptions, turn: FitTurn): Promise<Choice> {
    return this.#run('chooseInWorker', () => ({ ...take() }), options, turn);
  }

  /** @param take the series of the task, by their names in the worker */
  async #run<Result>(
    name: string,
    take: () => Readonly<Record<string, Series>>,
    options: FitOptions | ChoiceOptions,
    { namespace, signal }: FitTurn,
  ): Promise<Result> {
    const leave = await this.#queue.enter({ namespace, priority: PRIORITY }, signal);
    try {
      const taken = take();
      const transferList = Object.values<Series>(taken).flatMap(({ values, peaks }) => [
        values.buffer as ArrayBuffer,
        ...(peaks ? [peaks.buffer as ArrayBuffer] : []),
      ]);
      const limit = AbortSignal.timeout(this.#timeoutSeconds * 1000);
      return await this.#pool.run({ ...taken, options }, { transferList, signal: limit, name });
    } finally {
      leave();
    }
  }

  /** Stops the threads; fits under way or waiting are rejected. */
  async close(): Promise<void> {
    this.#queue.clear(new Error('the threads that fit models were stopped'));
    await this.#pool.destroy();
  }
}
