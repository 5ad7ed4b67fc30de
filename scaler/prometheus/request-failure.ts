import { STATUS_CODES } from 'node:http';
import type { ScalerErrorKind } from '../shared/errors.js';
import type { Hide } from '../shared/redact.js';
import { clip } from '../shared/show.js';

/** What the caller of a failed request can do. */
export interface FailureTraits {
  /** A retry may succeed soon. */
  readonly isPassing?: boolean;
  /** The server as a whole is in trouble, not only this query. */
  readonly isServerFault?: boolean;
  /** The answer did not come in time. The query may be too heavy, so it counts only against its namespace. */
  readonly isSlow?: boolean;
  /** How long the server wants no requests. */
  readonly retryAfterSeconds?: number | undefined;
  /** The query needs more than the server loads at once: a shorter range may succeed. */
  readonly isTooMuchAtOnce?: boolean;
}

/** A request without a usable answer: what is wrong and what to do. The sender adds where. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';

  constructor(
    readonly kind: ScalerErrorKind,
    message: string,
    readonly traits: FailureTraits = {},
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** The server is in trouble and may be well again soon. */
const passingFault = { isPassing: true, isServerFault: true };

function unavailable(message: string, traits?: FailureTraits, cause?: unknown): RequestFailure {
  return new RequestFailure('unavailable', message, traits, cause);
}

/** The answer did not come in time. Not passing, since retries of heavy queries would pile up at the server. */
export function timeoutFailure(timeoutSeconds: number): RequestFailure {
  return unavailable(
    `did not answer within ${timeoutSeconds} s; check its load, make the query cheaper with a recording rule, or raise the source's timeout`,
    { isSlow: true },
  );
}

/** The answer is not one of the Prometheus HTTP API v1. @param detail what was there instead */
export function formatFailure(detail: string, cause?: unknown): RequestFailure {
  return unavailable(
    `sent something other than an answer of the Prometheus HTTP API (${detail}); check the address, whether the port speaks http or https, and that no login page or proxy stands before it`,
    passingFault,
    cause,
  );
}

/** The connection failed, with an error of Node.js, OpenSSL or undici. @param oversize says that it was too large */
export function connectionFailure(error: unknown, oversize: string): RequestFailure {
  if (error instanceof RequestFailure) return error;
  const { code, message } = innermost(error);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return unavailable(oversize);
  const advice = connectionAdvice[code] ?? (certificateCode.test(code) ? CERTIFICATE_ADVICE : BROKEN_ADVICE);
  const detail = code === '' || message.includes(code) ? message : `${message}, ${code}`;
  return unavailable(`cannot be reached (${clip(detail)}); ${advice}`, passingFault, error);
}

const BROKEN_ADVICE =
  'check that it runs, what the network between does, whether the port speaks http or https, and whether it asks for a client certificate';
const CERTIFICATE_ADVICE =
  "check the server's certificate, and the certificate authorities and client certificate given under the source's tls";
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|ERR_OSSL/;

const connectionAdvice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'check that it runs and listens on that port',
  ENOTFOUND: 'check the host name',
  EAI_AGAIN: 'check the cluster DNS',
  EHOSTUNREACH: 'check routes and network policies',
  ENETUNREACH: 'check routes and network policies',
  ETIMEDOUT: 'check network policies and firewalls',
  UND_ERR_CONNECT_TIMEOUT: 'check network policies and firewalls',
  EPROTO: 'check whether the port speaks http or https',
  ERR_SSL_WRONG_VERSION_NUMBER: 'check whether the port speaks http or https',
};

/** The innermost error: undici and Node.js wrap it in causes and, for several addresses, in a list. */
function innermost(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  if (error.cause instanceof Error) return innermost(error.cause);
  const { code } = error as NodeJS.ErrnoException;
  return { code: typeof code === 'string' ? code : '', message: error.message };
}

/** What an HTTP answer without a result means. @param hide hides the secrets of the request in what is repeated */
export function statusFailure(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  hide: Hide,
): RequestFailure {
  const { errorType, error } = errorEnvelope(body, hide);
  const said = error === undefined ? '' : `: ${clip(error)}`;
  const line = statusLine(status);

  if (status >= 300 && status < 400)
    return unavailable(
      `answers with a redirect (${line}), which is not followed, so that credentials stay with this address; give the final address`,
    );
  if (status === 401 || status === 403)
    return unavailable(`refuses access (${line})${said}; check the source's credentials and headers`);
  if (status === 404 || status === 405)
    return unavailable(
      `has no Prometheus HTTP API there (${line})${said}; check the address' path (Mimir's ends in /prometheus)`,
    );
  const retryAfterSeconds = secondsOf(single(headers['retry-after']), single(headers.date));
  if (status === 429)
    return unavailable(`asks for fewer requests (${line})${said}`, { isPassing: true, retryAfterSeconds });
  // Thanos and remote storage report failing backends as 422 "execution", like an error in the query.
  const isBackends = status === 422 && error !== undefined && backendTrouble.test(error);
  if ((status === 400 || status === 422) && error !== undefined && !isBackends)
    return new RequestFailure('rejected', `refuses the query (${errorType ?? line})${said}${remedy(error)}`, {
      isTooMuchAtOnce: tooMuchAtOnce.test(error),
    });
  if (errorType === 'timeout' || errorType === 'canceled')
    return unavailable(
      `gave the query up (${errorType})${said}; make it cheaper with a recording rule, or raise the server's query timeout`,
      { isSlow: true },
    );
  const fails = `fails (${line})${said}; check its log`;
  // These words may be part of the query, so they only lead to a retry and do not count for the breaker.
  if (isBackends) return unavailable(fails, { isPassing: true });
  if (status >= 500 || error !== undefined) return unavailable(fails, { ...passingFault, retryAfterSeconds });
  return formatFailure(line);
}

/** What to do about a query that gives a scalar. */
function remedy(error: string): string {
  return isOfScalar.test(error)
    ? '; only a vector has a history: put vector(...) around the query, or leave scalar(...) out'
    : '';
}

/** A history is read by subqueries, which take no scalar. */
const isOfScalar = /subquery is only allowed on instant vector, got scalar/;

const backendTrouble =
  /rpc error|connection|context (canceled|deadline)|proxy Series|unavailable|no such host|EOF/i;

/** Limits on what one query may load, as Prometheus, Thanos, Mimir and VictoriaMetrics word them. */
const tooMuchAtOnce =
  /too many (samples|points)|err-mimir-max|max(imum)?[ -]?(samples|points|chunks|bytes)|exceed/i;

function errorEnvelope(body: string, hide: Hide): { errorType?: string; error?: string } {
  try {
    const { errorType, error } = Object(JSON.parse(body)) as Record<string, unknown>;
    if (typeof error !== 'string') return {};
    return {
      error: hide(error),
      ...(typeof errorType === 'string' && { errorType: clip(hide(errorType)) }),
    };
  } catch {
    // Proxies answer errors in HTML or plain text: then the status must do.
    return {};
  }
}

/** A status with its name: `404 Not Found`. */
export function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}

/** A header, or the first of several with its name. */
export function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** RFC 9110 section 10.2.3: seconds, or a date by the clock of the server. @param date of the answer */
function secondsOf(text: string | undefined, date = new Date().toUTCString()): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text);
  const seconds = (Date.parse(text) - Date.parse(date)) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
