import { setTimeout as delay } from 'node:timers/promises';
import type { Response } from 'express';
import type { Overview } from './contract.js';

/** Proxies cut a connection on which nothing comes for a while, often 60 s. */
const KEEP_ALIVE_MILLISECONDS = 15_000;

/** What a feed needs. */
export interface OverviewFeedOptions {
  readonly refreshSeconds: number;
  /** Asks the database, and logs why when it does not answer. */
  readonly read: () => Promise<Overview>;
  /** What viewers see when the database does not answer. */
  readonly problem: string;
  /** Told how many are looking. */
  readonly onViewers: (viewers: number) => void;
}

/**
 * Sends the overview to all who look, as server-sent events: `overview` with an {@link Overview}, or `problem` with a
 * reason when the database does not answer. The database is asked once for all viewers, and not while nobody looks.
 */
export class OverviewFeed {
  readonly #options: OverviewFeedOptions;
  readonly #viewers = new Set<Response>();
  readonly #stopping = new AbortController();
  #refreshing: Promise<void> | undefined;

  constructor(options: OverviewFeedOptions) {
    this.#options = options;
  }

  /** Keeps the response open and sends it events until the viewer goes away or the feed is closed. */
  addViewer(response: Response): void {
    if (this.#stopping.signal.aborted) {
      response.status(503).end();
      return;
    }
    response.set({
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    const keepAlive = setInterval(() => send(response, ': still here\n\n'), KEEP_ALIVE_MILLISECONDS);
    this.#viewers.add(response);
    this.#options.onViewers(this.#viewers.size);
    response.once('close', () => {
      clearInterval(keepAlive);
      this.#viewers.delete(response);
      this.#options.onViewers(this.#viewers.size);
    });
    if (this.#refreshing === undefined) this.#refreshing = this.#refresh();
    // The loop is waiting for its next turn: the newcomer need not.
    else void this.#readEvent().then((event) => send(response, event));
  }

  /** Ends all responses and stops asking the database. */
  async close(): Promise<void> {
    this.#stopping.abort();
    for (const viewer of this.#viewers) viewer.end();
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#viewers.size > 0 && !signal.aborted) {
      const event = await this.#readEvent();
      for (const viewer of this.#viewers) send(viewer, event);
      await delay(this.#options.refreshSeconds * 1000, undefined, { signal }).catch(() => {});
    }
    this.#refreshing = undefined;
  }

  async #readEvent(): Promise<string> {
    try {
      return serverSentEvent('overview', await this.#options.read());
    } catch {
      return serverSentEvent('problem', { reason: this.#options.problem });
    }
  }
}

/** The viewer may have gone, or the feed may have been closed, while the database was asked. */
function send(viewer: Response, event: string): void {
  if (!viewer.writableEnded && !viewer.destroyed) viewer.write(event);
}

function serverSentEvent(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
