import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { demoWorkloads } from '../../scaler/demo/workloads.js';
import { readCsv } from '../../scaler/history/csv.js';
import type { Samples } from '../../scaler/history/samples.js';
import { ScalerError } from '../../scaler/shared/errors.js';

/** A recorded or made-up load. */
export interface Trace {
  readonly name: string;
  readonly samples: Samples;
}

/** A Monday, 00:00 UTC: generated traces end there. */
const END_SECONDS = 1_770_595_200;
const DAYS = 16;
const SEED = 1;

/**
 * The traces to measure on: every CSV file of a folder, in the order of their names, or without a folder sixteen days
 * of the demo's workloads, a sample a minute, equal in every run.
 *
 * @throws ScalerError when the folder holds no trace or a file is not one
 */
export async function loadTraces(folder: string | undefined): Promise<readonly Trace[]> {
  if (folder === undefined) return generatedTraces();
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new ScalerError('invalid', `cannot read the traces in ${folder}: ${error.code}`, { cause: error });
  });
  const files = names.filter((name) => name.endsWith('.csv')).sort();
  if (files.length === 0)
    throw new ScalerError('invalid', `${folder} holds no trace; expected files that end in .csv`);
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.csv$/, ''),
      samples: await readCsv(join(folder, file)),
    })),
  );
}

function generatedTraces(): readonly Trace[] {
  const startSeconds = END_SECONDS - DAYS * 86_400;
  const minutes = DAYS * 1440;
  return demoWorkloads(END_SECONDS - 86_400, SEED)
    .filter(({ bornAtSeconds }) => bornAtSeconds <= startSeconds)
    .map(({ app, requestsPerSecond }) => {
      const timestamps = Float64Array.from({ length: minutes }, (_, minute) => startSeconds + 60 * minute);
      return { name: app, samples: { timestamps, values: timestamps.map(requestsPerSecond), unknown: 0 } };
    });
}
