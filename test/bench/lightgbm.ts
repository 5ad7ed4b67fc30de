import { spawnSync } from 'node:child_process';
import type { Window } from './windows.js';

const SCRIPT = 'scripts/bench/lightgbm_forecast.py';
const MOST_BYTES = 1e9;

/**
 * What LightGBM forecasts for each window; undefined where `PYTHON` (python3 when unset) lacks lightgbm or mlforecast.
 *
 * @throws Error with what Python wrote when the script fails although they are there
 */
export function forecastsOfLightGbm(windows: readonly Window[]): readonly (readonly number[])[] | undefined {
  const python = process.env.PYTHON || 'python3';
  if (spawnSync(python, ['-c', 'import lightgbm, mlforecast']).status !== 0) return undefined;
  const lines = windows.map(({ known, came, stepSeconds }) =>
    JSON.stringify({ values: [...known], day: 86_400 / stepSeconds, horizon: came.length }),
  );
  const ran = spawnSync(python, [SCRIPT], {
    input: lines.join('\n'),
    encoding: 'utf8',
    maxBuffer: MOST_BYTES,
  });
  if (ran.status !== 0) throw new Error(`${SCRIPT} failed: ${ran.stderr}`);
  return ran.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { mean: number[] }).mean);
}
