import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { usualLoadAt } from '../shared/weekly-load.js';

/** Share of the requests that go down the whole chain. */
const CHAIN_SHARE = 0.3;

/** Requests that are later than this, because the machine is busy, are left out. */
const LONGEST_CATCH_UP_MS = 1000;

/** Most requests in flight; further ones are left out. */
const MOST_IN_FLIGHT = 100;

/**
 * Sends requests to a service of the chain as the usual week has them at this hour, until it is stopped. A request that
 * fails counts like any other: the service's own metrics show it.
 * @param url address of the first service of the chain
 * @param peakPerSecond requests per second at the usual weekday evening peak
 * @returns a function that stops and waits for the requests in flight
 */
export function sendTraffic(url: string, peakPerSecond: number): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  // fetch removes its listener only when the request is garbage-collected.
  setMaxListeners(0, signal);
  const underWay = new Set<Promise<void>>();

  async function send(): Promise<void> {
    let dueMs = performance.now();
    while (!signal.aborted) {
      const perSecond = peakPerSecond * usualLoadAt(Date.now() / 1000);
      // Users come independently of each other: the pauses between them are exponential, and no user waits for another.
      dueMs = Math.max(dueMs, performance.now() - LONGEST_CATCH_UP_MS);
      dueMs += (-Math.log(1 - Math.random()) / perSecond) * 1000;
      const pauseMs = dueMs - performance.now();
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => {});
      if (underWay.size === MOST_IN_FLIGHT) continue;
      const sent = request().finally(() => underWay.delete(sent));
      underWay.add(sent);
    }
    await Promise.all(underWay);
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
