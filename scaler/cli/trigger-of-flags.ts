import { ScalerError } from '../shared/errors.js';
import { parseTrigger } from '../trigger/parse.js';
import type { Trigger } from '../trigger/trigger.js';

/** Which flag stands for which key of a trigger, so that one parser checks both. */
const FLAG_OF_KEY: Readonly<Record<string, string>> = {
  prometheusAddress: '--prometheus',
  query: '--query',
  queryStep: '--step',
  historyTimeWindow: '--history',
  predictHorizon: '--horizon',
  quantile: '--quantile',
  seasonality: '--seasonality',
  timezone: '--timezone',
  activationThreshold: '--activation',
};

/**
 * A trigger out of command line flags, checked by the same rules as a trigger's metadata.
 *
 * @param metadata by the keys of a trigger; those without a flag need not be given
 * @throws ScalerError that names the flag, the value received and the accepted form
 */
export function triggerOfFlags(name: string, metadata: Readonly<Record<string, string>>): Trigger {
  try {
    return parseTrigger(
      {
        name,
        namespace: 'default',
        // What one replica carries is not said by these flags, or comes from a load that is not read yet.
        scalerMetadata: { query: 'load', threshold: '1', ...metadata },
      },
      { defaultSource: 'csv' },
    );
  } catch (error) {
    if (!(error instanceof ScalerError)) throw error;
    const message = error.message
      .replace(/^trigger metadata of ScaledObject "[^"]*": /, '')
      .replaceAll(/(?:key )?"(\w+)"/g, (text, key: string) => FLAG_OF_KEY[key] ?? text)
      .replaceAll(/\b(?:queryStep|historyTimeWindow|predictHorizon)\b/g, (key) => FLAG_OF_KEY[key]!);
    throw new ScalerError(error.kind, message, { cause: error });
  }
}
