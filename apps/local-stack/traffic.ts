import { setTimeout as delay } from 'node:timers/promises';
import { usualLoadAt } from '../shared/weekly-load.js';

/** Share of the requests that go down the whole chain. */
const CHAIN_SHARE = 0.3;

/**
 * Sends requests to a service of the chain as the usual week has them at this hour, until it is stopped. A request that
 * fails counts like any other: the service's own metrics show it.
 * @param url address of the first service of the chain
 * @param peakPerSecond requests per second at the usual weekday evening peak
 * @returns a function that stops and waits for the request under way
 */
export function sendTraffic(url: string, peakPerSecond: number): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function send(): Promise<void> {
    while (!signal.aborted) {
      const perSecond = peakPerSecond * usualLoadAt(Date.now() / 1000);
      // Users come independently of each other: the pauses between them are exponential.
      const pauseSeconds = -Math.log(1 - Math.random()) / perSecond;
      await delay(pauseSeconds * 1000, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await request();
    }
  }

  async function request(): Promise<void> {
    const chain = Math.random() < CHAIN_SHARE;
    try {
      const response = await (chain
        ? fetch(`${url}/process`, { method: 'POST', body: '[]', signal })
        : fetch(url, { signal }));
      await response.arrayBuffer();
    } catch {
      // Nobody waits for this answer.
    }
  }

  const sending = send();
  return () => {
    stopping.abort();
    return sending;
  };
}
