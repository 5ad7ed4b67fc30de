import { demoWorkloads, type Workload } from './workloads.js';

/** Namespace of the demo's ScaledObjects. */
export const demoNamespace = 'demo';

/** A made-up service and the trigger that scales it. */
export interface DemoService {
  readonly workload: Workload;
  /** Requests per second that one replica carries: the trigger's threshold. */
  readonly threshold: number;
  /** The trigger's metadata, as a user would write it. */
  readonly metadata: Readonly<Record<string, string>>;
}

const thresholds: Readonly<Record<string, number>> = {
  shop: 16,
  'office-api': 8,
  reports: 6,
  webhooks: 10,
  'search-beta': 8,
};

/** The services of the demo with their triggers. Arguments as for `demoWorkloads`. */
export function demoServices(startSeconds: number, seed: number): readonly DemoService[] {
  return demoWorkloads(startSeconds, seed).map((workload) => {
    const threshold = thresholds[workload.app]!;
    return {
      workload,
      threshold,
      metadata: {
        query: `sum(rate(http_requests_total{app="${workload.app}"}[2m]))`,
        threshold: String(threshold),
        predictHorizon: '15m',
        historyTimeWindow: '14d',
        queryStep: '5m',
        metricName: `${workload.app}-requests`,
      },
    };
  });
}
