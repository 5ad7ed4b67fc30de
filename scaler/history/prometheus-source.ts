import type { Series } from '../forecast/types.js';
import { type ApiAnswer, finiteOrNaN } from '../prometheus/api-answer.js';
import type { PrometheusApi } from '../prometheus/prometheus-api.js';
import { RequestFailure } from '../prometheus/request-failure.js';
import { ScalerError } from '../shared/errors.js';
import { HEARTBEAT_QUERY } from './absence.js';
import { joinSeries, severalSeriesMessage } from './join-series.js';
import { resolutionWithin, stepQueries } from './step-queries.js';
import type { HistorySource, Observation } from './types.js';

/**
 * Prometheus refuses range queries of more than 11,000 points. The evaluations inside the steps have the same bound:
 * they are what a query costs in memory, and VictoriaMetrics bounds them too.
 */
const MAX_EVALUATIONS = 11_000;

/** So many steps without a heartbeat may be an outage; more are reported. */
const RECENT_HEARTBEATS = 24;

/** How often a request that is too large for the server is halved. */
const MAX_HALVINGS = 5;

/** The past and the present of queries to one Prometheus-compatible server. */
export class PrometheusSource implements HistorySource {
  /** Whether there was ever a heartbeat. A time without any is then one before the source was there, or an outage. */
  #hasBeaten = false;

  /** @param resolutionSeconds between two samples inside a step. */
  constructor(
    readonly api: PrometheusApi,
    readonly resolutionSeconds: number,
  ) {}

  get clockOffsetSeconds(): number {
    return this.api.clockOffsetSeconds;
  }

  sliceSteps(stepSeconds: number, isHeartbeat = false): number {
    const resolution = isHeartbeat ? stepSeconds : resolutionWithin(stepSeconds, this.resolutionSeconds);
    return Math.max(1, Math.floor((MAX_EVALUATIONS * resolution) / stepSeconds));
  }

  /** @param given resolution of a look; samples that it leaves out are not reported, since looks are repeated */
  async range(
    query: string,
    fromSeconds: number,
    toSeconds: number,
    stepSeconds: number,
    signal?: AbortSignal,
    namespace?: string,
    given?: number,
  ): Promise<Series> {
    signal?.throwIfAborted();
    const resolutionSeconds = given ?? resolutionWithin(stepSeconds, this.resolutionSeconds);
    const queries = stepQueries(query, stepSeconds, resolutionSeconds);
    const isOneSample = resolutionSeconds === stepSeconds;
    const statistics = isOneSample ? (['mean'] as const) : (['mean', 'maximum'] as const);
    // AbortSignal.any would keep each signal that it makes for as long as the caller's signal lives.
    const ending = new AbortController();
    const ended = ending.signal;
    const giveUp = (): void => ending.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    /** The answers for the steps in `[from, to)`: several when the range is too large for the server. */
    const read = async (asked: string, from: number, to: number, halvings = 0): Promise<ApiAnswer[]> => {
      try {
        // Each step is evaluated at its end.
        const first = from + stepSeconds;
        return [await this.api.queryRange(asked, first, to, stepSeconds, ended, namespace)];
      } catch (error) {
        const cause = error instanceof ScalerError ? error.cause : undefined;
        const isTooMuch = cause instanceof RequestFailure && cause.traits.isTooMuchAtOnce;
        const steps = (to - from) / stepSeconds;
        if (!isTooMuch || steps < 2 || halvings === MAX_HALVINGS) throw error;
        const middle = from + Math.ceil(steps / 2) * stepSeconds;
        const older = await read(asked, from, middle, halvings + 1);
        return [...older, ...(await read(asked, middle, to, halvings + 1))];
      }
    };
    try {
      const grid = {
        startSeconds: fromSeconds,
        stepSeconds,
        steps: Math.round((toSeconds - fromSeconds) / stepSeconds),
      };
      const [means, maxima] = await Promise.all(
        statistics.map(async (statistic) => {
          const answers = await read(queries[statistic], fromSeconds, toSeconds);
          return joinSeries(answers, statistic, grid);
        }),
      );
      if (means!.refusal !== undefined) throw this.#rejected(means!.refusal);
      if (given === undefined) this.#reportDropped(query, means!.dropped + (maxima?.dropped ?? 0));
      const { values } = means!;
      const peaks = maxima?.values ?? values.slice();
      agree(values, peaks);
      return { startSeconds: fromSeconds, stepSeconds, values, peaks };
    } finally {
      signal?.removeEventListener('abort', giveUp);
      // After a failure nobody needs the other statistic.
      ending.abort();
    }
  }

  /** From one sample per step: there may be thousands of targets. */
  async heartbeat(from: number, to: number, stepSeconds: number, signal?: AbortSignal): Promise<Series> {
    const { notices, where } = this.api;
    const unable = (why: string) =>
      notices.report(
        'heartbeat',
        `${where} ${why}; so its outages look like a query without a result, and only an absence that recurs daily or weekly is learned as no load`,
      );
    try {
      const series = await this.range(HEARTBEAT_QUERY, from, to, stepSeconds, signal, undefined, stepSeconds);
      if (series.values.some((value) => value > 0)) {
        this.#hasBeaten = true;
        notices.report('heartbeat', undefined);
      } else if (series.values.length > RECENT_HEARTBEATS && !this.#hasBeaten) unable('has no series "up"');
      return series;
    } catch (error) {
      if (error instanceof ScalerError) unable(`does not answer the query ${HEARTBEAT_QUERY}`);
      throw error;
    }
  }

  async instant(
    query: string,
    atSeconds: number,
    signal?: AbortSignal,
    namespace?: string,
  ): Promise<Observation> {
    const { series } = await this.api.query(query, atSeconds, signal, namespace);
    if (series.length > 1) throw this.#rejected(severalSeriesMessage(series.map(({ labels }) => labels)));
    const [samples] = series.map(({ samples }) => samples);
    if (samples === undefined) return { value: undefined, atSeconds };
    if (samples.length !== 1)
      throw this.#rejected(
        'gives a range of samples for the query where one value is needed; put rate(...[5m]) or avg_over_time(...[5m]) around the range selector',
      );
    const value = finiteOrNaN(samples[0]![1]);
    if (!Number.isNaN(value)) return { value, atSeconds };
    const { notices } = this.api;
    notices.observer.samplesDropped(notices.source, 1);
    return { value: undefined, atSeconds };
  }

  #rejected(what: string): ScalerError {
    return new ScalerError('rejected', `${this.api.where} ${what}`);
  }

  #reportDropped(query: string, dropped: number): void {
    const { notices, where } = this.api;
    if (dropped > 0) notices.observer.samplesDropped(notices.source, dropped);
    const message = `${where} gives samples that are not finite numbers (NaN or Inf, often from a division by zero); they are left out`;
    notices.report('not-finite', dropped > 0 ? message : undefined, query);
  }
}

/** Makes steps unknown that lack mean or maximum, and undoes roundings that put a maximum below its mean. */
function agree(values: Float64Array, peaks: Float64Array): void {
  for (let step = 0; step < values.length; step++) {
    // NaN where either is NaN.
    peaks[step] = Math.max(values[step]!, peaks[step]!);
    if (Number.isNaN(peaks[step]!)) values[step] = Number.NaN;
  }
}
