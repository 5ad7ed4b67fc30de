import { stat } from 'node:fs/promises';
import { readCsv } from '../history/csv.js';
import { type Samples, sampleIntervalSeconds } from '../history/samples.js';
import { formatDuration } from '../shared/duration.js';
import { invalid, ScalerError } from '../shared/errors.js';
import { parseTrigger } from '../trigger/parse.js';
import type { Trigger } from '../trigger/trigger.js';

/** The key of a trigger that each flag stands for, so that one parser checks both. */
const KEY_OF_FLAG = {
  prometheus: 'prometheusAddress',
  query: 'query',
  step: 'queryStep',
  history: 'historyTimeWindow',
  horizon: 'predictHorizon',
  quantile: 'quantile',
  targetOverload: 'targetOverload',
  seasonality: 'seasonality',
  timezone: 'timezone',
  activation: 'activationThreshold',
  events: 'events',
} as const;

const flags = Object.entries(KEY_OF_FLAG);
const FLAG_OF_KEY: ReadonlyMap<string, string> = new Map(
  flags.map(([flag, key]) => [key, `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`]),
);

/** These flags, as they were typed. */
export type TriggerFlags = Readonly<Partial<Record<keyof typeof KEY_OF_FLAG, string>>>;

/**
 * A trigger out of command line flags, checked by the same rules as a trigger's metadata.
 *
 * @throws ScalerError that names the flag, the value received and the accepted form
 */
export function triggerOfFlags(name: string, given: TriggerFlags): Trigger {
  if (given.horizon?.trim() === 'auto')
    throw invalid(
      '--horizon is auto, but there are no pods here whose start-up could be measured; give a duration such as 15m',
    );
  const metadata = flags.flatMap(([flag, key]) => {
    const value = given[flag as keyof TriggerFlags];
    return value === undefined ? [] : [[key, value] as const];
  });
  // These flags do not say what one replica carries, or it follows from a load that is not read yet.
  const scalerMetadata = { query: 'load', threshold: '1', ...Object.fromEntries(metadata) };
  try {
    return parseTrigger({ name, namespace: 'default', scalerMetadata }, { default: 'csv' });
  } catch (error) {
    if (!(error instanceof ScalerError)) throw error;
    const message = error.message
      .replace(/^trigger metadata of ScaledObject "[^"]*": /, '')
      // The user chooses the address here, and nothing measures the start-up of pods.
      .replace("; on the scaler's allow-list", '')
      .replace(', or `auto`', '')
      .replaceAll(/(?:key )?"(\w+)"/g, (text, key: string) => FLAG_OF_KEY.get(key) ?? text)
      .replaceAll(/\b(?:queryStep|historyTimeWindow|predictHorizon)\b/g, (key) => FLAG_OF_KEY.get(key)!);
    throw new ScalerError(error.kind, message, { cause: error });
  }
}

/** Samples of a CSV file. @throws ScalerError `invalid` when they are further apart than a step, or as `readCsv` */
export async function readSamples(file: string, stepSeconds: number): Promise<Samples> {
  // Reading the file reports other errors.
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) throw invalid(`--csv ${file}: it is a folder; expected a CSV file`);
  const samples = await readCsv(file);
  const interval = sampleIntervalSeconds(samples);
  if (interval > stepSeconds)
    throw invalid(
      `--step is ${formatDuration(stepSeconds)}, finer than the samples of ${file}, which are ${formatDuration(interval)} apart; give a step of at least that`,
    );
  return samples;
}
