import { join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';

/** One thing that Prometheus scrapes. */
export interface Target {
  job: string;
  service: string;
  /** The address of its metrics. */
  url: string;
}

/**
 * Prometheus' configuration for targets on this machine: the same jobs, labels and alert rules as in the compose stack.
 */
export function scrapeConfig(targets: readonly Target[], scrapeSeconds: number): object {
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${scrapeSeconds}s` },
    rule_files: [join(packageRoot, 'compose/prometheus/rules/*.rules.yml')],
    scrape_configs: [...new Set(targets.map(({ job, url }) => `${job} ${new URL(url).pathname}`))].map(
      (key) => {
        const [job, path] = key.split(' ') as [string, string];
        const ofJob = targets.filter((target) => target.job === job && new URL(target.url).pathname === path);
        return {
          job_name: job,
          metrics_path: path,
          static_configs: ofJob.map(({ service, url }) => ({
            targets: [new URL(url).host],
            labels: { service },
          })),
        };
      },
    ),
  };
}
