import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../shared/clock.js';
import { ScalerError } from '../shared/errors.js';
import { Secret } from '../shared/secret.js';
import type { GivenSecret, ScalerConfig } from './config.js';
import { type ConfigOrigin, loadConfig } from './load.js';

/** Seconds between two looks at the file. */
const lookEverySeconds = 10;

/** As much of a log as the watch needs. */
export interface ConfigLog {
  info(message: string): void;
  warn(message: string): void;
}

/**
 * Looks at the configuration again and again until the signal is aborted, and says once when it has changed or broken.
 * The scaler goes on with what it was started with: a mistake in the file then shows before the next start fails on it,
 * and no request is answered half by one configuration and half by another.
 *
 * @param running what the scaler was started with.
 */
export async function watchConfig(
  origin: ConfigOrigin,
  running: ScalerConfig,
  { clock, log, signal }: { clock: Clock; log: ConfigLog; signal: AbortSignal },
): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    await clock.sleep(lookEverySeconds, signal).catch(() => undefined);
    if (signal.aborted) return;
    const state = stateOf(origin, running);
    if (state === told) continue;
    told = state;
    if (state === '') log.info('the configuration is again what the scaler was started with');
    else log.warn(`${state}; the configuration from the start stays in use`);
  }
}

/** What is to be told; empty while nothing has changed. */
function stateOf(origin: ConfigOrigin, running: ScalerConfig): string {
  try {
    const now = loadConfig(origin);
    return isDeepStrictEqual(now, running) && isDeepStrictEqual(secretsOf(now), secretsOf(running))
      ? ''
      : 'the configuration has changed and is sound; restart the scaler to use it';
  } catch (error) {
    if (!(error instanceof ScalerError)) throw error;
    return `the configuration would not be accepted at a restart: ${error.message}`;
  }
}

/** Secrets hide themselves from comparison. Those in files do not count: whoever uses them reads them again. */
function secretsOf({ http: { auth } }: ScalerConfig): (string | undefined)[] {
  const text = (given: GivenSecret | undefined) => (given instanceof Secret ? given.reveal() : undefined);
  return [text(auth?.basic?.password), text(auth?.token)];
}
