import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HistoryOptions, requestHistory } from './request-history.js';

/**
 * Writes a simulated past as one OpenMetrics file per UTC day, `YYYY-MM-DD.om`.
 * @param folder made when missing
 * @returns the paths of the files, oldest first
 */
export async function writeHistory(folder: string, options: HistoryOptions): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const { date, openMetrics } of requestHistory(options)) {
    const file = join(folder, `${date}.om`);
    await writeFile(file, openMetrics);
    files.push(file);
  }
  return files;
}
