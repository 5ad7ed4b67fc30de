import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IBackoff,
  type IBackoffFactory,
  wrap,
} from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { type FailureTraits, RequestFailure } from './request-failure.js';

/** Failures in a row after which requests stop for a while. */
const BREAK_AFTER_FAILURES = 5;

/** Namespaces remembered for one source. */
const MAX_NAMESPACES = 10_000;

interface NamespaceBreaker {
  readonly policy: CircuitBreakerPolicy;
  lastFailure: string;
}

/**
 * Stops requests to a source that fails. Failures of the server stop all namespaces only when two have had them: some
 * queries make a server, or a proxy before it, fail every time, and must not block other namespaces. Until then, and
 * after timeouts, only the namespace itself must wait.
 */
export class SourceBreaker {
  readonly #breakSeconds: number;
  readonly #source: CircuitBreakerPolicy;
  readonly #namespaces = new LRUCache<string, NamespaceBreaker>({
    maxSize: MAX_NAMESPACES,
    sizeCalculation: () => 1,
    memoMethod: (namespace) => this.#breakerOf(namespace),
  });
  /** The first two namespaces with a failure of the server since the last query that succeeded. */
  readonly #faulty = new Set<string>();
  #lastFault = '';

  /**
   * @param breakSeconds how long requests stop; then one of them tries again
   * @param onChange called with the reason when requests of all namespaces stop, with undefined when they go on
   */
  constructor(breakSeconds: number, onChange: (reason: string | undefined) => void) {
    this.#breakSeconds = breakSeconds;
    const concernsAll = () => this.#faulty.size > 1 || this.#namespaces.size <= 1;
    this.#source = breaker(breakSeconds, ({ isServerFault }) => isServerFault && concernsAll());
    this.#source.onStateChange((state) => {
      if (state === CircuitState.Open)
        onChange(`failed ${BREAK_AFTER_FAILURES} times in a row: it ${this.#lastFault}`);
      if (state === CircuitState.Closed) onChange(undefined);
    });
  }

  /** @throws RequestFailure of the request, or why it was not sent */
  async run<Result>(namespace: string, request: () => Promise<Result>): Promise<Result> {
    const own = this.#namespaces.memo(namespace);
    const isOwnAlone = this.#isOpenForOthers(namespace);
    try {
      return await (isOwnAlone ? own.policy : wrap(this.#source, own.policy)).execute(request);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      const upTo = `for up to ${this.#breakSeconds} s`;
      const who = namespace === '' ? 'this trigger' : `namespace ${namespace}`;
      throw new RequestFailure(
        'unavailable',
        this.#source.state === CircuitState.Closed || this.#isOpenForOthers(namespace)
          ? `gets no requests ${upTo} on behalf of ${who}, because ${BREAK_AFTER_FAILURES} of its queries in a row failed; at the last one it ${own.lastFailure}`
          : `gets no requests ${upTo} after ${BREAK_AFTER_FAILURES} failures in a row; at the last one it ${this.#lastFault}`,
      );
    }
  }

  /** Whether requests stopped because of one other namespace alone, so that this one may try. */
  #isOpenForOthers(namespace: string): boolean {
    const isStopped = this.#source.state !== CircuitState.Closed;
    return isStopped && this.#faulty.size < 2 && !this.#faulty.has(namespace);
  }

  #breakerOf(namespace: string): NamespaceBreaker {
    const policy = breaker(this.#breakSeconds, ({ isSlow, isServerFault }) => isSlow || isServerFault);
    const own = { policy, lastFailure: '' };
    // Before the policy of the source looks at the failure.
    policy.onSuccess(() => this.#faulty.clear());
    policy.onFailure(({ reason }) => {
      if (!('error' in reason && reason.error instanceof RequestFailure)) return;
      const { kind, message, traits } = reason.error;
      own.lastFailure = message;
      if (traits.isServerFault) {
        this.#lastFault = message;
        if (this.#faulty.size < 2) this.#faulty.add(namespace);
      } else if (kind === 'rejected') this.#faulty.clear();
    });
    return own;
  }
}

function breaker(
  breakSeconds: number,
  counts: (traits: FailureTraits) => boolean | undefined,
): CircuitBreakerPolicy {
  const policy: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => {
      if (error instanceof RequestFailure) return counts(error.traits) === true;
      // A trial that was given up does not show that the server is back.
      return policy.state === CircuitState.HalfOpen;
    }),
    {
      halfOpenAfter: monotonicWait(breakSeconds * 1000),
      breaker: new ConsecutiveBreaker(BREAK_AFTER_FAILURES),
    },
  );
  return policy;
}

/** A wait by performance.now(): cockatiel measures waits by Date.now(), which may be set back. */
function monotonicWait(milliseconds: number): IBackoffFactory<unknown> {
  const next = (): IBackoff<unknown> => {
    const openedAt = performance.now();
    return {
      get duration() {
        return performance.now() - openedAt >= milliseconds ? -Infinity : Infinity;
      },
      next,
    };
  };
  return { next };
}
