import { setTimeout as delay } from 'node:timers/promises';

/** Resolves once the condition holds; fails after ten seconds saying what was waited for. */
export async function waitUntil(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited 10 s until ${what}`);
    await delay(10);
  }
}
