import { setMaxListeners } from 'node:events';
import { ScalerError } from '../errors.js';
import { type ApiAnswer, finiteOrNaN } from './api-answer.js';
import { severalSeriesMessage } from './label-set.js';
import type { Notices } from './notices.js';
import type { PrometheusApi } from './prometheus-api.js';
import { RequestFailure } from './request-failure.js';
import { resolutionWithin, stepQueries } from './step-queries.js';
import type { HistorySource, Observation, SourcedSeries } from './types.js';

/** How one source is read. */
export interface PrometheusSourceOptions {
  readonly api: PrometheusApi;
  readonly notices: Notices;
  /** How messages name the source. */
  readonly where: string;
  /** Seconds between two samples inside a step. */
  readonly resolutionSeconds: number;
}

/**
 * Prometheus refuses a range query of more than 11,000 evaluations for a series. The evaluations inside the steps are
 * kept under the same bound: they are what a query costs in memory, and VictoriaMetrics bounds them as well.
 */
const maxEvaluations = 11_000;

/** A request that is too much for the server is halved so many times before that is an answer. */
const maxHalvings = 5;

/** What all parts of a range have in common. */
interface Asked {
  readonly stepSeconds: number;
  readonly signal: AbortSignal;
  readonly tenant: string | undefined;
}

/** What is asked of each step. */
type Statistic = 'mean' | 'maximum';

/** One statistic of each step over a part of the range. */
interface Part {
  readonly answer: ApiAnswer;
  readonly statistic: Statistic;
}

/** The past and the present of queries to one Prometheus-compatible server. */
export class PrometheusSource implements HistorySource {
  readonly #options: PrometheusSourceOptions;

  constructor(options: PrometheusSourceOptions) {
    this.#options = options;
  }

  get clockOffsetSeconds(): number {
    return this.#options.api.clockOffsetSeconds;
  }

  /**
   * Mean and maximum of each step, from two samples per step. Parts of a long range are asked for at once; the source
   * bounds how many really are.
   */
  async range(
    query: string,
    fromSeconds: number,
    toSeconds: number,
    stepSeconds: number,
    signal?: AbortSignal,
    tenant?: string,
  ): Promise<SourcedSeries> {
    const resolutionSeconds = resolutionWithin(stepSeconds, this.#options.resolutionSeconds);
    const { mean, maximum } = stepQueries(query, stepSeconds, resolutionSeconds);
    // With one sample in each step mean and maximum are the same.
    const isOneSample = resolutionSeconds === stepSeconds;
    const sliceSteps = Math.max(1, Math.floor((maxEvaluations * resolutionSeconds) / stepSeconds));

    const failed = new AbortController();
    // As many parts listen as the range needs; they leave when they end.
    setMaxListeners(0, failed.signal);
    const giveUp = (): void => failed.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      signal?.throwIfAborted();
      const asked = { stepSeconds, signal: failed.signal, tenant };
      const parts: Promise<Part[]>[] = [];
      for (let from = fromSeconds; from < toSeconds; from += sliceSteps * stepSeconds) {
        const to = Math.min(toSeconds, from + sliceSteps * stepSeconds);
        parts.push(this.#part(mean, 'mean', from, to, asked));
        if (!isOneSample) parts.push(this.#part(maximum, 'maximum', from, to, asked));
      }
      const answered = (await Promise.all(parts)).flat();
      const labels = this.#oneLabelSet(answered.map(({ answer }) => answer));
      // Made only now: thousands of histories may have been waiting for their turn.
      const steps = Math.round((toSeconds - fromSeconds) / stepSeconds);
      const values = new Float64Array(steps).fill(Number.NaN);
      const peaks = isOneSample ? values : new Float64Array(steps).fill(Number.NaN);
      let dropped = 0;
      for (const { answer, statistic } of answered)
        dropped += place(answer, statistic === 'mean' ? values : peaks, fromSeconds, stepSeconds);
      this.#reportDropped(query, dropped);
      agree(values, peaks);
      return {
        startSeconds: fromSeconds,
        stepSeconds,
        values,
        peaks: isOneSample ? values.slice() : peaks,
        labels,
      };
    } finally {
      // What is still under way after a failure is of no use to anybody.
      failed.abort();
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** The query's value at a time, as an instant query. */
  async instant(
    query: string,
    atSeconds: number,
    signal?: AbortSignal,
    tenant?: string,
  ): Promise<Observation> {
    const answer = await this.#options.api.query(query, atSeconds, signal, tenant);
    this.#oneLabelSet([answer]);
    const [series] = answer.series;
    if (series === undefined) return { value: undefined, atSeconds };
    const sample = series.samples.at(-1);
    if (sample === undefined || series.samples.length > 1)
      throw new ScalerError(
        'rejected',
        `${this.#options.where} gives a range of samples for the query where one value is needed; put rate(...[5m]) or avg_over_time(...[5m]) around the range selector`,
      );
    const value = finiteOrNaN(sample[1]);
    if (!Number.isNaN(value)) return { value, atSeconds };
    this.#options.notices.observer.samplesDropped(this.#options.notices.source, 1);
    return { value: undefined, atSeconds };
  }

  /** One statistic of the steps in `[from, to)`; in smaller parts when that is too much for the server. */
  async #part(
    query: string,
    statistic: Statistic,
    from: number,
    to: number,
    asked: Asked,
    halvings = 0,
  ): Promise<Part[]> {
    const { stepSeconds, signal, tenant } = asked;
    try {
      // Each statistic is evaluated at the step's end.
      const { api } = this.#options;
      const answer = await api.queryRange(query, from + stepSeconds, to, stepSeconds, signal, tenant);
      return [{ answer, statistic }];
    } catch (error) {
      const isTooMuch =
        error instanceof ScalerError && error.cause instanceof RequestFailure && error.cause.isTooMuchAtOnce;
      const steps = (to - from) / stepSeconds;
      if (!isTooMuch || steps < 2 || halvings === maxHalvings) throw error;
      const middle = from + Math.ceil(steps / 2) * stepSeconds;
      const older = await this.#part(query, statistic, from, middle, asked, halvings + 1);
      const newer = await this.#part(query, statistic, middle, to, asked, halvings + 1);
      return [...older, ...newer];
    }
  }

  /** The label set that all series of all answers share; undefined when there is no series. */
  #oneLabelSet(answers: readonly ApiAnswer[]): string | undefined {
    const labelSets = new Set<string>();
    let mostInOne = 0;
    for (const { series } of answers) {
      mostInOne = Math.max(mostInOne, series.length);
      for (const { labels } of series) labelSets.add(labels);
    }
    if (labelSets.size > 1 || mostInOne > 1)
      throw new ScalerError(
        'rejected',
        `${this.#options.where} ${severalSeriesMessage([...labelSets].sort(), Math.max(labelSets.size, mostInOne))}`,
      );
    return labelSets.values().next().value;
  }

  #reportDropped(query: string, dropped: number): void {
    const { notices, where } = this.#options;
    if (dropped > 0) notices.observer.samplesDropped(notices.source, dropped);
    const message = `${where} gives samples that are not finite numbers (NaN or Inf, often from a division by zero); they are left out`;
    notices.report('not-finite', dropped > 0 ? message : undefined, query);
  }
}

/**
 * Puts samples into the steps that they stand for, whatever their order; of two for the same step the later one in
 * the answer stays.
 *
 * @returns how many were left out because they are not finite or belong to no step.
 */
function place(answer: ApiAnswer, into: Float64Array, fromSeconds: number, stepSeconds: number): number {
  let dropped = 0;
  for (const { samples } of answer.series)
    for (const [endSeconds, text] of samples) {
      const step = (endSeconds - fromSeconds) / stepSeconds - 1;
      const value = finiteOrNaN(text);
      const isPlaced = Number.isInteger(step) && step >= 0 && step < into.length && !Number.isNaN(value);
      if (isPlaced) into[step] = value;
      else dropped++;
    }
  return dropped;
}

/** A step is known when both its mean and its maximum are, and its maximum is not below its mean by a rounding. */
function agree(values: Float64Array, peaks: Float64Array): void {
  for (let step = 0; step < values.length; step++) {
    if (Number.isNaN(values[step]!) || Number.isNaN(peaks[step]!)) {
      values[step] = Number.NaN;
      peaks[step] = Number.NaN;
    } else if (peaks[step]! < values[step]!) {
      peaks[step] = values[step]!;
    }
  }
}
