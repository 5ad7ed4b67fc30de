import { status } from '@grpc/grpc-js';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CalendarObserver } from '../calendar/calendar-store.js';
import type { PlannerObserver } from '../planner/ports.js';
import type { Answers } from '../planner/types.js';
import type { HistoryObserver } from '../prometheus/observer.js';
import type { Clock } from '../shared/clock.js';
import { OncePerChange } from '../shared/once-per-change.js';
import { LineLimit } from './line-limit.js';
import type { Logger } from './log.js';
import { registerTriggerGauges } from './trigger-gauges.js';
import { triggerLog } from './trigger-log.js';

/** Observers for the parts of the scaler, and the metrics. */
export type Telemetry = ReturnType<typeof createTelemetry>;

/** What telemetry needs to know. */
export interface TelemetryOptions {
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly log: Logger;
  readonly version: string;
  /** Named sources. All addresses of triggers count as one, `address`: otherwise invented ones would become series. */
  readonly sourceNames: ReadonlySet<string>;
}

/** Makes metrics and log lines, with a registry of their own. */
export function createTelemetry({ clock, log, version, sourceNames }: TelemetryOptions) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[] = [], collect?: (this: Gauge) => void) =>
    new Gauge({
      name: `predictive_scaler_${name}`,
      help,
      labelNames,
      registers: [registry],
      ...(collect && { collect }),
    });
  const counter = (name: string, help: string, labelNames = ['source']) =>
    new Counter({ name: `predictive_scaler_${name}`, help, labelNames, registers: [registry] });
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name: `predictive_scaler_${name}`, help, labelNames, buckets, registers: [registry] });

  gauge('build_info', 'Version of the scaler and of Node.js; always 1.', ['version', 'node_version']).set(
    { version, node_version: process.version },
    1,
  );
  const fits = histogram(
    'fit_duration_seconds',
    'Time from asking for a fit to its end, its wait for a worker thread included, in seconds.',
    ['outcome'],
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  );
  const fetches = histogram(
    'fetch_duration_seconds',
    'Time that one request to a source of history took, in seconds.',
    ['source', 'kind', 'outcome'],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  );
  const samples = counter('fetched_samples_total', 'Samples that sources of history have sent.');
  const bytes = counter(
    'fetched_bytes_total',
    'Bytes of answers that sources of history have sent, decompressed.',
  );
  const dropped = counter(
    'dropped_samples_total',
    'Samples without a finite value that were left out of an answer.',
  );
  const rpcs = histogram(
    'rpc_duration_seconds',
    'Time from a gRPC call to its status, in seconds; a stream counts its whole life.',
    ['method', 'code'],
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  );
  const calendarReads = counter(
    'calendar_reads_total',
    'Readings of calendars of the configuration, by outcome.',
    ['calendar', 'outcome'],
  );
  const calendarReadAt = gauge(
    'calendar_last_read_timestamp_seconds',
    'Time at which a calendar of the configuration was last read without an error.',
    ['calendar'],
  );
  const calendarProblems = new OncePerChange();
  const limit = new LineLimit(log, () => clock.nowSeconds());
  const lines = triggerLog(log, limit);
  const sourceLabel = (source: string): string => (sourceNames.has(source) ? source : 'address');
  const tell = (about: object, problem: string | undefined): void => {
    if (problem === undefined) log.info(about, 'the problem reported before is over');
    else log.warn(about, problem);
  };

  return {
    registry,
    planner: {
      ...lines,
      fitFinished(trigger, seconds) {
        fits.observe({ outcome: 'ok' }, seconds);
        lines.fitFinished(trigger, seconds);
      },
      fitFailed(trigger, seconds, error) {
        fits.observe({ outcome: 'failed' }, seconds);
        lines.fitFailed(trigger, seconds, error);
      },
    } satisfies PlannerObserver,
    history: {
      requestEnded({ kind, outcome, seconds, ...event }) {
        const source = sourceLabel(event.source);
        fetches.observe({ source, kind, outcome }, seconds);
        samples.inc({ source }, event.samples);
        bytes.inc({ source }, event.bytes);
      },
      samplesDropped: (source, count) => dropped.inc({ source: sourceLabel(source) }, count),
      noticed({ source, subject, topic, message }) {
        if (limit.admits(`source ${sourceLabel(source)}`)) tell({ source, subject, topic }, message);
      },
    } satisfies HistoryObserver,
    calendars: {
      calendarRead({ name: calendar, origin, readAtSeconds, problem }, outcome) {
        calendarReads.inc({ calendar, outcome });
        if (readAtSeconds !== undefined) calendarReadAt.set({ calendar }, readAtSeconds);
        if (calendarProblems.changed(problem, calendar))
          tell({ calendar }, problem && `calendar ${calendar} (${origin}) ${problem}`);
      },
    } satisfies CalendarObserver,
    rpc: (method: string, code: status, seconds: number): void =>
      rpcs.observe({ method: method.replace(/^\//, ''), code: status[code] ?? String(code) }, seconds),
    /** Adds the metrics of these triggers. To be called once. */
    exportAnswers(answers: Pick<Answers, 'all'>): void {
      registerTriggerGauges(answers, () => clock.nowSeconds(), registry);
      gauge('triggers', 'Triggers that are known now.', [], function () {
        this.set([...answers.all()].length);
      });
    },
  };
}
