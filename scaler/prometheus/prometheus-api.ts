import { setTimeout as delay } from 'node:timers/promises';
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { ScalerError } from '../shared/errors.js';
import { FairQueue } from '../shared/fair-queue.js';
import { type ApiAnswer, readAnswer } from './api-answer.js';
import { clip } from './clip.js';
import type { Connection } from './connection.js';
import { connectionFailure } from './connection-failure.js';
import type { Notices } from './notices.js';
import type { RequestEnded } from './observer.js';
import { readBody } from './read-body.js';
import { formatFailure, RequestFailure, timeoutFailure } from './request-failure.js';
import { type AnsweredBetween, SourceClock } from './source-clock.js';
import type { SourceLimits } from './source-config.js';
import { statusFailure } from './status-failure.js';
import { steadyBackoff } from './steady-backoff.js';

/** No clock says a later time than this, in the year 5138. */
const latestSeconds = 1e11;

/** An answer with what it says of the server's clock. */
interface DatedAnswer extends AnsweredBetween {
  readonly answer: ApiAnswer;
  readonly date: string | undefined;
}

/** Asked without a time, it gives the server's own. */
const timeQuery = 'time()';

/** What keeps one tenant's failing queries from being asked. */
interface TenantCircuit {
  readonly breaker: CircuitBreakerPolicy;
  /** What happened last, as messages say it. */
  lastFailure: string;
}

/** How one source is asked. */
export interface PrometheusApiOptions extends SourceLimits {
  /** How messages name the source, such as `Prometheus source "main" (http://prometheus:9090)`. No secrets. */
  readonly where: string;
  readonly connection: Connection;
  readonly notices: Notices;
  /** Where requests wait for their turn; one of its own of `concurrency` places when undefined. */
  readonly queue?: FairQueue | undefined;
  /** This machine's clock in epoch seconds; Date.now() when undefined. */
  readonly machineSeconds?: (() => number) | undefined;
  /** Random number in [0, 1) that spreads retries; Math.random when undefined. */
  readonly random?: (() => number) | undefined;
  /** Seconds that the server is left alone after too many faults; 5 when undefined. */
  readonly breakSeconds?: number | undefined;
}

/** Faults of the server in a row after which it is left alone for a while. */
const breakAfterFaults = 5;
/** Seconds that it is left alone; then one request tries whether it is back. */
const defaultBreakSeconds = 5;
/** Tenants whose failures are remembered; beyond that the oldest is forgotten. */
const maxTenants = 10_000;
/** Wait before the first retry, doubled for each further one. */
const firstBackoffSeconds = 0.2;
/** Longest wait that a Retry-After header may impose, so that a wrong one does not silence the source for a day. */
const longestPauseSeconds = 300;
/** A range query of fewer steps than this carries a window on; one of more loads it. */
const recentSteps = 24;

/**
 * The Prometheus HTTP API v1 of one source: instant and range queries by POST, with a bound on requests at once, a
 * deadline and a size limit for each, retries with jitter, and a circuit breaker. Questions about now go before those
 * about recent steps, and these before whole histories: many triggers that start do not hold up those that run. Tenants
 * (the namespaces that ask) take turns.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export class PrometheusApi {
  readonly #options: PrometheusApiOptions;
  readonly #queue: FairQueue;
  readonly #breaker: CircuitBreakerPolicy;
  /** For each tenant, what keeps queries that fail or take too long from being asked again and again. */
  readonly #tenants = new Map<string, TenantCircuit>();
  /** Tenants whose query met a fault of the server since any query last ended well. */
  readonly #faulty = new Set<string>();
  readonly #breakSeconds: number;
  readonly #machineSeconds: () => number;
  readonly #clock: SourceClock;
  #lastFault = '';
  /** performance.now() until which the server asked to be left alone. */
  #pausedUntil = 0;
  #isClosed = false;

  constructor(options: PrometheusApiOptions) {
    this.#options = options;
    this.#breakSeconds = options.breakSeconds ?? defaultBreakSeconds;
    this.#queue = options.queue ?? new FairQueue(options.concurrency);
    this.#breaker = this.#createBreaker((failure) => failure.isServerFault);
    this.#breaker.onStateChange((state) => this.#reportCircuit(state));
    this.#machineSeconds = options.machineSeconds ?? (() => Date.now() / 1000);
    this.#clock = new SourceClock(this.#machineSeconds, () => this.#serverSeconds());
  }

  /** How far the server's clock is from this machine's, as far as its answers have shown. */
  get clockOffsetSeconds(): number {
    return this.#clock.offsetSeconds;
  }

  /** Evaluates a query at one time. Errors as for `queryRange`. */
  query(query: string, atSeconds: number, signal?: AbortSignal, tenant?: string): Promise<ApiAnswer> {
    return this.#ask('instant', '/api/v1/query', { query, time: atSeconds }, 2, signal, tenant);
  }

  /**
   * Evaluates a query at `startSeconds`, `startSeconds + stepSeconds`, ... up to `endSeconds`, which is included.
   * @param tenant namespace on whose behalf it is asked.
   * @throws RequestFailure whose message says where and why; the signal's reason when it is aborted.
   */
  queryRange(
    query: string,
    startSeconds: number,
    endSeconds: number,
    stepSeconds: number,
    signal?: AbortSignal,
    tenant?: string,
  ): Promise<ApiAnswer> {
    const form = { query, start: startSeconds, end: endSeconds, step: stepSeconds };
    const isRecent = (endSeconds - startSeconds) / stepSeconds < recentSteps;
    return this.#ask('range', '/api/v1/query_range', form, isRecent ? 1 : 0, signal, tenant);
  }

  /** Ends requests under way and those that wait, and closes the connections. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#options.connection.destroy();
  }

  async #ask(
    kind: RequestEnded['kind'],
    path: string,
    form: Readonly<Record<string, string | number>>,
    priority: number,
    signal: AbortSignal = new AbortController().signal,
    tenant = '',
  ): Promise<ApiAnswer> {
    const { retries, timeoutSeconds } = this.#options;
    const body = new URLSearchParams({ timeout: `${Math.ceil(timeoutSeconds)}s` });
    for (const [name, value] of Object.entries(form)) body.append(name, String(value));
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#queue.run(
          { priority, tenant },
          () => this.#guarded(kind, path, body, tenant, signal),
          signal,
        );
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (!(error instanceof RequestFailure)) throw error;
        const waitSeconds = this.#waitSeconds(error, attempt);
        if (!error.isPassing || attempt >= retries || waitSeconds > timeoutSeconds)
          throw this.#located(error);
        await delay(waitSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }
  /** One try, unless the server is better left alone. */
  async #guarded(
    kind: RequestEnded['kind'],
    path: string,
    form: URLSearchParams,
    tenant: string,
    signal: AbortSignal,
  ): Promise<ApiAnswer> {
    signal.throwIfAborted();
    if (this.#isClosed) throw new DOMException('the source is no longer in use', 'AbortError');
    const pauseSeconds = (this.#pausedUntil - performance.now()) / 1000;
    if (pauseSeconds > 0)
      throw new RequestFailure(
        'unavailable',
        `asked to be left alone for ${Math.ceil(pauseSeconds)} s more`,
        {
          isPassing: true,
          retryAfterSeconds: pauseSeconds,
        },
      );
    const circuit = this.#circuitOf(tenant);
    try {
      const attempt = () =>
        this.#unlessOneTenants(tenant, () =>
          this.#unlessBroken(circuit, tenant, async () => {
            try {
              return await this.#measured(kind, path, form, signal);
            } catch (error) {
              // A refused query is an answer too: to the breakers it shows that the server is well.
              if (error instanceof RequestFailure && error.kind === 'rejected') return error;
              throw error;
            }
          }),
        );
      const result = await (this.#isOpenForOthers(tenant) ? attempt() : this.#breaker.execute(attempt));
      if (result instanceof RequestFailure) throw result;
      return result;
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new RequestFailure(
        'unavailable',
        `is left alone for up to ${this.#breakSeconds} s after ${breakAfterFaults} failures in a row; at the last one it ${this.#lastFault}`,
      );
    }
  }

  /**
   * One try whose fault counts against the server only if others meet faults as well: there are queries on which a
   * server, or a proxy before it, fails every time, and whoever asks them must not keep everybody from being answered.
   * What counts against its tenant alone is given back as a result.
   */
  async #unlessOneTenants<Result>(
    tenant: string,
    attempt: () => Promise<Result>,
  ): Promise<Result | RequestFailure> {
    try {
      const result = await attempt();
      this.#faulty.clear();
      return result;
    } catch (error) {
      if (!(error instanceof RequestFailure) || !error.isServerFault) throw error;
      this.#faulty.add(tenant);
      if (this.#faulty.size === 1 && this.#tenants.size > 1) return error;
      throw error;
    }
  }

  /** Whether the server is left alone for the faults of another tenant alone: then this one may see for itself. */
  #isOpenForOthers(tenant: string): boolean {
    const isOpen = this.#breaker.state !== CircuitState.Closed;
    return isOpen && this.#faulty.size < 2 && !this.#faulty.has(tenant);
  }

  /** One try, unless this tenant's queries failed or did not end in time again and again. */
  async #unlessBroken<Result>(
    circuit: TenantCircuit,
    tenant: string,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await circuit.breaker.execute(attempt);
    } catch (error) {
      if (error instanceof RequestFailure) circuit.lastFailure = error.message;
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new RequestFailure(
        'unavailable',
        `is not asked for up to ${this.#breakSeconds} s on behalf of ${tenant === '' ? 'this trigger' : `namespace ${tenant}`}, because ${breakAfterFaults} of its queries in a row failed; at the last one it ${circuit.lastFailure}`,
      );
    }
  }

  #circuitOf(tenant: string): TenantCircuit {
    let circuit = this.#tenants.get(tenant);
    if (circuit === undefined) {
      const breaker = this.#createBreaker((failure) => failure.isSlow || failure.isServerFault);
      circuit = { breaker, lastFailure: '' };
      this.#tenants.set(tenant, circuit);
      if (this.#tenants.size > maxTenants) this.#tenants.delete(this.#tenants.keys().next().value!);
    }
    return circuit;
  }

  #createBreaker(counts: (failure: RequestFailure) => boolean): CircuitBreakerPolicy {
    return circuitBreaker(
      handleWhen((error) => error instanceof RequestFailure && counts(error)),
      {
        halfOpenAfter: steadyBackoff(this.#breakSeconds * 1000),
        breaker: new ConsecutiveBreaker(breakAfterFaults),
      },
    );
  }

  /** One try that is told to the observer. */
  async #measured(
    kind: RequestEnded['kind'],
    path: string,
    form: URLSearchParams,
    signal: AbortSignal,
  ): Promise<ApiAnswer> {
    const { notices } = this.#options;
    const began = performance.now();
    const size = { bytes: 0 };
    let outcome: RequestEnded['outcome'] = 'failed';
    let samples = 0;
    try {
      const { answer, date, ...moments } = await this.#attempt(path, form, size, signal);
      await this.#clock.hear(date, moments);
      this.#reportClock();
      outcome = 'ok';
      samples = answer.samples;
      const warnings = answer.warnings.map((warning) => clip(warning)).sort();
      notices.report('warnings', warnings.join('; ') || undefined, form.get('query') ?? undefined);
      return answer;
    } catch (error) {
      if (signal.aborted) outcome = 'aborted';
      else if (error instanceof RequestFailure) {
        if (error.kind === 'rejected') outcome = 'refused';
        if (error.isServerFault) this.#lastFault = error.message;
        if (error.retryAfterSeconds !== undefined)
          this.#pausedUntil =
            performance.now() + Math.min(error.retryAfterSeconds, longestPauseSeconds) * 1000;
      }
      throw error;
    } finally {
      const seconds = (performance.now() - began) / 1000;
      const { bytes } = size;
      notices.observer.requestEnded({ source: notices.source, kind, outcome, seconds, samples, bytes });
    }
  }

  /** One request within its deadline, to its end. */
  async #attempt(
    path: string,
    form: URLSearchParams,
    size: { bytes: number },
    signal: AbortSignal,
  ): Promise<DatedAnswer> {
    const { connection, timeoutSeconds, maxBodyBytes } = this.#options;
    // Not AbortSignal.any: it holds on to each signal that it made for as long as the caller's signal lives.
    const deadline = new AbortController();
    const giveUp = (): void => deadline.abort(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      deadline.abort();
    }, timeoutSeconds * 1000);
    try {
      const sentAtSeconds = this.#machineSeconds();
      const { response, hide } = await connection.post(path, form, deadline.signal);
      const { statusCode, headers, body } = response;
      const receivedAtSeconds = this.#machineSeconds();
      const encoding = single(headers['content-encoding']);
      const { text, bytes } = await readBody(body, encoding && hide(encoding), maxBodyBytes);
      size.bytes = bytes;
      if (statusCode < 200 || statusCode > 299) throw statusFailure(statusCode, headers, text, hide);
      const answer = readAnswer(text, clip(hide(single(headers['content-type']) ?? 'none'), 80), hide);
      return { answer, date: single(headers.date), sentAtSeconds, receivedAtSeconds };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (isLate) throw timeoutFailure(timeoutSeconds);
      throw connectionFailure(error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Seconds until the next try: what the server asked for, or a doubling wait with jitter. */
  #waitSeconds({ retryAfterSeconds }: RequestFailure, attempt: number): number {
    const random = this.#options.random ?? Math.random;
    return retryAfterSeconds ?? firstBackoffSeconds * 2 ** attempt * (0.5 + random() / 2);
  }

  #located(failure: RequestFailure): ScalerError {
    return new ScalerError(failure.kind, `${this.#options.where} ${failure.message}`, { cause: failure });
  }

  #reportCircuit(state: CircuitState): void {
    const { notices, where } = this.#options;
    if (state === CircuitState.Open)
      notices.report('circuit', `${where} failed ${breakAfterFaults} times in a row: it ${this.#lastFault}`);
    if (state === CircuitState.Closed) notices.report('circuit', undefined);
  }

  /** The server's own time; undefined when it refuses to tell. It belongs to a request that has its place already. */
  async #serverSeconds(): Promise<number | undefined> {
    const form = new URLSearchParams({ query: timeQuery });
    try {
      const { answer } = await this.#attempt(
        '/api/v1/query',
        form,
        { bytes: 0 },
        new AbortController().signal,
      );
      const seconds = Number(answer.series[0]?.samples[0]?.[1]);
      // Anything goes into arithmetic from here on.
      if (seconds > 0 && seconds < latestSeconds) return seconds;
      throw formatFailure('something else than the time for the query time()');
    } catch (error) {
      if (error instanceof RequestFailure && error.kind === 'rejected') return undefined;
      throw error;
    }
  }

  #reportClock(): void {
    const { notices, where } = this.#options;
    const { offsetSeconds } = this.#clock;
    const minutes = Math.round(Math.abs(offsetSeconds) / 60) || 'less than one';
    const message = `this machine's clock is ${minutes} min ${offsetSeconds < 0 ? 'ahead of' : 'behind'} that of ${where}, whose time is used meanwhile; set both by NTP`;
    notices.report('clock', offsetSeconds === 0 ? undefined : message);
  }
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
