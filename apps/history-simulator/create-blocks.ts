import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { ConfigurationError } from '../shared/configuration-error.js';

const run = promisify(execFile);

/** What compose and Kubernetes load a past with, too. */
const script = join(packageRoot, 'compose/seed-history/load-past.sh');

/**
 * Turns OpenMetrics files into blocks of a Prometheus data folder. One file per day keeps this fast: promtool reads a
 * file once for each two hours in it. A Prometheus that runs on the folder finds the blocks within a minute; one that
 * starts later finds them at once.
 * @param files oldest first
 * @param dataFolder made when missing
 * @param promtool the command to call
 * @throws ConfigurationError when promtool is not there or refuses a file, with its own words, and when the folder has
 * requests of these days already
 */
export async function createBlocks(
  files: readonly string[],
  dataFolder: string,
  promtool: string,
): Promise<void> {
  try {
    await run('sh', [script, dataFolder, ...files], { env: { ...process.env, PROMTOOL: promtool } });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new ConfigurationError(stderr?.trim() || String(error), { cause: error });
  }
}
