import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { demoWorkloads } from '../../scaler/demo/workloads.js';
import { readCsv } from '../../scaler/history/csv.js';
import type { Samples } from '../../scaler/history/samples.js';
import { ScalerError } from '../../scaler/shared/errors.js';
import { whiteNoise } from '../../scaler/shared/noise.js';

/** A recorded or made-up load. */
export interface Trace {
  readonly name: string;
  readonly samples: Samples;
}

/** A Monday, 00:00 UTC: generated traces end there. */
const END_SECONDS = 1_770_595_200;
const DAYS = 16;
const SEED = 1;
const JOB_NOISE = 0.05;
const noise = whiteNoise(SEED);

/**
 * The traces to measure on: every CSV file of a folder, in the order of their names, or without a folder sixteen days
 * of the demo's workloads and of a job that is new or has moved, a sample a minute, equal in every run.
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
  const timestamps = Float64Array.from({ length: DAYS * 1440 }, (_, minute) => startSeconds + 60 * minute);
  const trace = (name: string, load: (atSeconds: number) => number) => ({
    name,
    samples: { timestamps, values: timestamps.map(load) },
  });
  return [
    ...demoWorkloads(END_SECONDS - 86_400, SEED)
      .filter(({ bornAtSeconds = -Infinity }) => bornAtSeconds <= startSeconds)
      .map(({ app, requestsPerSecond }) => trace(app, requestsPerSecond)),
    trace('new-job', (at) => jobLoad(at, undefined)),
    trace('moved-job', (at) => jobLoad(at, 2)),
  ];
}

/** A job that takes four hours each day, from 12:30 on since four days before the end, before that from another hour on. */
function jobLoad(atSeconds: number, hourBefore: number | undefined): number {
  const startHour = atSeconds < END_SECONDS - 4 * 86_400 ? hourBefore : 12.5;
  const hour = (atSeconds % 86_400) / 3600;
  const isRunning = startHour !== undefined && hour >= startHour && hour < startHour + 4;
  return (isRunning ? 400 : 100) * (1 + JOB_NOISE * noise(atSeconds / 60));
}
