import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { ScalerError } from '../shared/errors.js';
import type { Expanded, Expansion } from './expand-worker.js';
import type { CalendarEvents } from './types.js';

/** Longest time that one calendar may take: a recurrence that never matches would keep the library busy forever. */
const TIMEOUT_SECONDS = 10;
/** Heap of the thread: the data of all countries, and a calendar of the largest size. */
const HEAP_MEBIBYTES = 256;

/**
 * Makes lists of events out of calendars, in a worker thread that ends when there is nothing to do. So the event loop
 * goes on answering, and neither a hostile calendar nor the data of all holidays stays in memory.
 */
export class Expander {
  readonly #pool: Piscina<Expansion, Expanded>;
  /** Ends with the task before: the time of a task begins when the thread is free. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param timeoutSeconds longest time for one calendar */
  constructor(readonly timeoutSeconds = TIMEOUT_SECONDS) {
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL('./expand-worker.bundle.js', import.meta.url)),
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: 1000,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEBIBYTES },
    });
  }

  /** @throws ScalerError when a calendar cannot be read, or takes too long (its wait for others does not count) */
  async expand(task: Expansion): Promise<CalendarEvents> {
    const turn = this.#last.then(() => this.#run(task));
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  async #run(task: Expansion): Promise<CalendarEvents> {
    const timeout = AbortSignal.timeout(this.timeoutSeconds * 1000);
    let expanded: Expanded;
    try {
      expanded = await this.#pool.run(task, { signal: timeout });
    } catch (error) {
      if (timeout.aborted)
        throw new ScalerError(
          'rejected',
          `takes more than ${this.timeoutSeconds} s to expand; look for a recurrence that never matches, such as 30 February, or one of very many occurrences`,
          { cause: error },
        );
      throw new ScalerError('rejected', `cannot be expanded (${(error as Error).message})`, { cause: error });
    }
    if ('error' in expanded) throw new ScalerError(expanded.error.kind, expanded.error.message);
    return expanded;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
