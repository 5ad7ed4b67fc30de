import { status } from '@grpc/grpc-js';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { RpcObserver } from '../grpc/call-watch.js';
import type { PlannerObserver } from '../planner/ports.js';
import type { Answers } from '../planner/types.js';
import type { HistoryObserver } from '../prometheus/observer.js';
import type { Clock } from '../shared/clock.js';
import { LineLimit } from './line-limit.js';
import type { Logger } from './log.js';
import { triggerFamilies } from './trigger-families.js';
import { registerTriggerGauges } from './trigger-gauge.js';
import { triggerLog } from './trigger-log.js';
import { workMetrics } from './work-metrics.js';

/** What the parts of the scaler report to, and what is scraped of it. */
export interface Telemetry {
  readonly registry: Registry;
  readonly planner: PlannerObserver;
  readonly history: HistoryObserver;
  readonly rpc: RpcObserver;
  /** From now on a scrape shows these triggers. To be called once, when the planner is there. */
  exportAnswers(answers: Pick<Answers, 'all'>): void;
}

/** What telemetry needs to know. */
export interface TelemetryOptions {
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly log: Logger;
  readonly version: string;
  /**
   * Sources that the operator named. Addresses that triggers bring along count as one source, `address`: a tenant who
   * made up addresses would otherwise make up series.
   */
  readonly sourceNames: ReadonlySet<string>;
}

/** Makes the metrics and log lines of a scaler. Everything is in a registry of its own, so tests can have several. */
export function createTelemetry({ clock, log, version, sourceNames }: TelemetryOptions): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'predictive_scaler_build_info',
    help: 'Version of the scaler and of Node.js; always 1.',
    labelNames: ['version', 'node_version'],
    registers: [registry],
  }).set({ version, node_version: process.version }, 1);
  const work = workMetrics(registry);
  const limit = new LineLimit(log, () => clock.nowSeconds());
  const lines = triggerLog(log, limit);
  const sourceLabel = (source: string): string => (sourceNames.has(source) ? source : 'address');

  return {
    registry,
    planner: {
      ...lines,
      fitFinished(trigger, seconds) {
        work.fitEnded(seconds, 'ok');
        lines.fitFinished(trigger, seconds);
      },
      fitFailed(trigger, seconds, error) {
        work.fitEnded(seconds, 'failed');
        lines.fitFailed(trigger, seconds, error);
      },
    },
    history: {
      requestEnded: (event) => work.fetchEnded({ ...event, source: sourceLabel(event.source) }),
      samplesDropped: (source, count) => work.samplesDropped(sourceLabel(source), count),
      noticed({ source, subject, topic, message }) {
        if (!limit.admits(`source ${sourceLabel(source)}`)) return;
        if (message === undefined)
          log.info({ source, subject, topic }, 'the problem reported before is over');
        else log.warn({ source, subject, topic }, message);
      },
    },
    rpc: (method, code, seconds) =>
      work.rpcEnded(method.replace(/^\//, ''), status[code] ?? String(code), seconds),
    exportAnswers(answers) {
      registerTriggerGauges(triggerFamilies, answers, () => clock.nowSeconds(), registry);
      new Gauge({
        name: 'predictive_scaler_triggers',
        help: 'Triggers that are known now.',
        registers: [registry],
        collect() {
          let count = 0;
          for (const _ of answers.all()) count++;
          this.set(count);
        },
      });
    },
  };
}
