import type { ScalerErrorKind } from '../shared/errors.js';

/** How the caller of a failed request goes on. */
export interface FailureTraits {
  /** A retry may succeed soon. */
  readonly isPassing?: boolean;
  /** The server as a whole is in trouble, not only this query. */
  readonly isServerFault?: boolean;
  /** The answer did not come in time: the query may be too heavy, so it counts only against those who ask it. */
  readonly isSlow?: boolean;
  /** How long the server wants to be left alone. */
  readonly retryAfterSeconds?: number | undefined;
  /** The query asked for more than the server loads at once: a shorter range may succeed. */
  readonly isTooMuchAtOnce?: boolean;
}

/** A request without a usable answer: what is wrong and what to do. Its sender adds where. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';

  constructor(
    readonly kind: ScalerErrorKind,
    message: string,
    readonly traits: FailureTraits = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The server is in trouble and may be well again soon. */
export const passingFault = { isPassing: true, isServerFault: true };

/** The answer did not come in time. Not retried at once: heavy queries would pile up at the server. */
export function timeoutFailure(timeoutSeconds: number): RequestFailure {
  return new RequestFailure(
    'unavailable',
    `did not answer within ${timeoutSeconds} s; check its load, make the query cheaper with a recording rule, or raise the source's timeout`,
    { isSlow: true },
  );
}

/** The body is larger than the scaler reads. */
export function bodyLimitFailure(maxBodyBytes: number): RequestFailure {
  return new RequestFailure(
    'unavailable',
    `sent an answer of more than ${maxBodyBytes} bytes, which was not read further; most often the query gives very many series: put sum(...) around it, or raise the source's maxBodyBytes`,
  );
}

/** The answer is not what the Prometheus HTTP API v1 gives. `detail` says what was there instead. */
export function formatFailure(detail: string, cause?: unknown): RequestFailure {
  return new RequestFailure(
    'unavailable',
    `sent something other than an answer of the Prometheus HTTP API (${detail}); check the address, and that no login page or proxy stands before it`,
    passingFault,
    { cause },
  );
}
