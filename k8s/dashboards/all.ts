import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { boiler } from './boiler.js';
import { containers } from './containers.js';
import { inPortuguese } from './portuguese.js';
import { predictiveScaling } from './predictive-scaling.js';
import { workloads } from './workloads.js';

/** Every dashboard, by its file's name without the ending. */
export const dashboards: Readonly<Record<string, () => Dashboard>> = {
  'predictive-scaling': predictiveScaling,
  workloads,
  boiler,
  containers,
};

/**
 * The files that hold the dashboards, as paths below the repository, with their text. The stack on Docker and the base
 * for Kubernetes read them there; the scaler's chart has a link to its own.
 */
export function dashboardFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, build] of Object.entries(dashboards))
    for (const [folder, board] of [
      ['dashboards', build()],
      ['dashboards.pt-BR', inPortuguese(build())],
    ] as const)
      files.set(`compose/grafana/${folder}/${name}.json`, `${JSON.stringify(board, null, 2)}\n`);
  return files;
}
