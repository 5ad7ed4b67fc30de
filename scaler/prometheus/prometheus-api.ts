import { setTimeout as delay } from 'node:timers/promises';
import { ScalerError } from '../shared/errors.js';
import { FairQueue } from '../shared/fair-queue.js';
import { clip } from '../shared/show.js';
import { type ApiAnswer, readAnswer } from './api-answer.js';
import { Connection, type ConnectionOptions, type Reply, type SendFailures } from './connection.js';
import type { Notices, RequestEnded } from './observer.js';
import { formatFailure, RequestFailure, single, statusFailure, timeoutFailure } from './request-failure.js';
import { SourceBreaker } from './source-breaker.js';
import { SourceClock } from './source-clock.js';
import type { SourceLimits } from './source-config.js';

/** How one source is asked. */
export interface PrometheusApiOptions
  extends Omit<SourceLimits, 'resolutionSeconds'>,
    Omit<ConnectionOptions, 'onFileTrouble'> {
  /** Name of the source in messages, such as `Prometheus source "main" (http://prometheus:9090)`. */
  readonly where: string;
  readonly notices: Notices;
  /** Where requests wait for a free place. @default a queue with `concurrency` places */
  readonly queue?: FairQueue | undefined;
  /** Epoch seconds of this machine. @default Date.now() */
  readonly machineSeconds?: (() => number) | undefined;
  /** Random number in [0, 1) that spreads retries. @default Math.random */
  readonly random?: () => number;
  /** Seconds without requests after too many failures. @default 5 */
  readonly breakSeconds?: number;
}

const paths = { instant: '/api/v1/query', range: '/api/v1/query_range' };

const failures: SendFailures = {
  late: timeoutFailure,
  oversize: (maxBodyBytes) =>
    `sent an answer of more than ${maxBodyBytes} bytes, which was not read further; most often the query gives very many series: put sum(...) around it, or raise the source's maxBodyBytes`,
  format: formatFailure,
};

/** Wait before the first retry, doubled for each later one. */
const FIRST_BACKOFF_SECONDS = 0.2;
/** Longest wait by a Retry-After header: a wrong one must not stop requests for a day. */
const LONGEST_PAUSE_SECONDS = 300;
/** A range query of fewer steps continues a window; a longer one loads it. */
const RECENT_STEPS = 24;
/** Latest time that is believed, in the year 5138. */
const LATEST_SECONDS = 1e11;

/**
 * The Prometheus HTTP API v1 of one source, with limits on concurrency, time and size, retries with jitter, and a
 * circuit breaker. Queries about now go before those about recent steps, and these before whole histories. Namespaces
 * take turns.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export class PrometheusApi {
  readonly where: string;
  readonly notices: Notices;
  readonly queue: FairQueue;
  /** Private, since it holds secrets. */
  readonly #options: PrometheusApiOptions;
  readonly #connection: Connection;
  readonly #breaker: SourceBreaker;
  readonly #clock: SourceClock;
  /** Time of performance.now() until which the server wants no requests. */
  #pausedUntil = 0;
  #isClosed = false;

  constructor(options: PrometheusApiOptions) {
    const { where, notices, concurrency, breakSeconds = 5 } = options;
    this.where = where;
    this.notices = notices;
    this.#options = options;
    this.#connection = new Connection({
      ...options,
      onFileTrouble: (path, message) => notices.report('files', message, path),
    });
    this.queue = options.queue ?? new FairQueue(concurrency);
    this.#breaker = new SourceBreaker(breakSeconds, (reason) =>
      notices.report('circuit', reason && `${where} ${reason}`),
    );
    const machineSeconds = options.machineSeconds ?? (() => Date.now() / 1000);
    this.#clock = new SourceClock(machineSeconds, () => this.#serverSeconds());
  }

  /** The server's clock less that of this machine, as far as answers have shown. */
  get clockOffsetSeconds(): number {
    return this.#clock.offsetSeconds;
  }

  /** Evaluates a query at one time. Errors as for `queryRange`. */
  query(query: string, atSeconds: number, signal?: AbortSignal, namespace?: string): Promise<ApiAnswer> {
    return this.#ask('instant', { query, time: String(atSeconds) }, 2, signal, namespace);
  }

  /**
   * Evaluates a query at `startSeconds`, `startSeconds + stepSeconds`, ... up to and including `endSeconds`.
   * @param namespace that asks
   * @throws ScalerError that says where and why; the signal's reason when it is aborted
   */
  queryRange(
    query: string,
    startSeconds: number,
    endSeconds: number,
    stepSeconds: number,
    signal?: AbortSignal,
    namespace?: string,
  ): Promise<ApiAnswer> {
    const [start, end, step] = [String(startSeconds), String(endSeconds), String(stepSeconds)];
    const isRecent = (endSeconds - startSeconds) / stepSeconds < RECENT_STEPS;
    return this.#ask('range', { query, start, end, step }, isRecent ? 1 : 0, signal, namespace);
  }

  /** Aborts all requests, and closes the connections. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection.destroy();
  }

  async #ask(
    kind: RequestEnded['kind'],
    fields: Readonly<Record<string, string>>,
    priority: number,
    signal: AbortSignal = new AbortController().signal,
    namespace = '',
  ): Promise<ApiAnswer> {
    const { retries, timeoutSeconds, random = Math.random } = this.#options;
    const form = new URLSearchParams({ timeout: `${Math.ceil(timeoutSeconds)}s`, ...fields });
    for (let failures = 0; ; failures++) {
      const leave = await this.queue.enter({ priority, namespace }, signal);
      let waitSeconds = FIRST_BACKOFF_SECONDS * 2 ** failures * (0.5 + random() / 2);
      try {
        this.#checkOpen(signal);
        return await this.#breaker.run(namespace, () => this.#request(kind, form, signal));
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RequestFailure)) throw error;
        waitSeconds = error.traits.retryAfterSeconds ?? waitSeconds;
        if (!error.traits.isPassing || failures >= retries || waitSeconds > timeoutSeconds)
          throw new ScalerError(error.kind, `${this.where} ${error.message}`, { cause: error });
      } finally {
        leave();
      }
      await delay(waitSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  #checkOpen(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.#isClosed) throw new DOMException('the source is no longer in use', 'AbortError');
    const retryAfterSeconds = (this.#pausedUntil - performance.now()) / 1000;
    if (retryAfterSeconds > 0)
      throw new RequestFailure(
        'unavailable',
        `accepts no requests for ${Math.ceil(retryAfterSeconds)} s more, as its Retry-After said`,
        { isPassing: true, retryAfterSeconds },
      );
  }

  /** One try, reported to the observer. */
  async #request(kind: RequestEnded['kind'], form: URLSearchParams, signal: AbortSignal): Promise<ApiAnswer> {
    const { notices } = this;
    const began = performance.now();
    const size = { bytes: 0, samples: 0 };
    let outcome: RequestEnded['outcome'] = 'failed';
    try {
      const sentAtSeconds = this.#clock.machineSeconds();
      const reply = await this.#send(kind, form, signal);
      size.bytes = reply.bytes;
      const answer = answerOf(reply);
      await this.#clock.hear(single(reply.headers.date), sentAtSeconds);
      this.#reportClock();
      outcome = 'ok';
      size.samples = answer.samples;
      const warnings = answer.warnings.map((warning) => clip(warning)).sort();
      notices.report('warnings', warnings.join('; ') || undefined, form.get('query')!);
      return answer;
    } catch (error) {
      if (signal.aborted) outcome = 'aborted';
      else if (error instanceof RequestFailure) {
        if (error.kind === 'rejected') outcome = 'refused';
        const { retryAfterSeconds = 0 } = error.traits;
        const pause = performance.now() + Math.min(retryAfterSeconds, LONGEST_PAUSE_SECONDS) * 1000;
        if (retryAfterSeconds > 0) this.#pausedUntil = pause;
      }
      throw error;
    } finally {
      const seconds = (performance.now() - began) / 1000;
      notices.observer.requestEnded({ source: notices.source, kind, outcome, seconds, ...size });
    }
  }

  #send(kind: RequestEnded['kind'], form: URLSearchParams, signal?: AbortSignal): Promise<Reply> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    return this.#connection.send(paths[kind], { method: 'POST', body: `${form}`, headers }, failures, signal);
  }

  /** The time of the server; undefined when it refuses to tell. Part of a request that already has its place. */
  async #serverSeconds(): Promise<number | undefined> {
    try {
      const answer = answerOf(await this.#send('instant', new URLSearchParams({ query: 'time()' })));
      const seconds = Number(answer.series[0]?.samples[0]?.[1]);
      if (seconds > 0 && seconds < LATEST_SECONDS) return seconds;
      throw formatFailure('something else than the time for the query time()');
    } catch (error) {
      if (error instanceof RequestFailure && error.kind === 'rejected') return undefined;
      throw error;
    }
  }

  #reportClock(): void {
    const { notices, where } = this;
    const { offsetSeconds } = this.#clock;
    const minutes = Math.round(Math.abs(offsetSeconds) / 60) || 'less than one';
    const message = `this machine's clock is ${minutes} min ${offsetSeconds < 0 ? 'ahead of' : 'behind'} that of ${where}, whose time is used meanwhile; set both by NTP`;
    notices.report('clock', offsetSeconds === 0 ? undefined : message);
  }
}

/** @throws RequestFailure when the reply is no result of a query */
function answerOf({ status, headers, text, hide }: Reply): ApiAnswer {
  if (status < 200 || status > 299) throw statusFailure(status, headers, text, hide);
  const contentType = clip(hide(single(headers['content-type']) ?? 'none'), 80);
  return readAnswer(text, contentType, hide);
}
