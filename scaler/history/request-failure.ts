import { STATUS_CODES } from 'node:http';
import type { ScalerErrorKind } from '../errors.js';

/** How the caller of a failed request goes on. */
interface FailureTraits {
  /** Another try may succeed soon. */
  readonly isPassing?: boolean;
  /** The server as a whole is in trouble, not only this query: counts for the circuit breaker. */
  readonly isServerFault?: boolean;
  /** The server said how long to wait. */
  readonly retryAfterSeconds?: number | undefined;
  /** The query asked for more than the server wants to load at once: a shorter range may do. */
  readonly isTooMuchAtOnce?: boolean;
}

/** One request that gave no usable answer: what is wrong and what to do, without saying where. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  readonly isPassing: boolean;
  readonly isServerFault: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly isTooMuchAtOnce: boolean;

  constructor(
    readonly kind: ScalerErrorKind,
    message: string,
    traits: FailureTraits = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.isPassing = traits.isPassing ?? false;
    this.isServerFault = traits.isServerFault ?? false;
    this.retryAfterSeconds = traits.retryAfterSeconds;
    this.isTooMuchAtOnce = traits.isTooMuchAtOnce ?? false;
  }
}

const passingFault = { isPassing: true, isServerFault: true };

/** The answer did not come in time. Not tried again at once: a query too heavy for the server would only pile up. */
export function timeoutFailure(timeoutSeconds: number): RequestFailure {
  return new RequestFailure(
    'unavailable',
    `did not answer within ${timeoutSeconds} s; check its load, make the query cheaper with a recording rule, or raise the source's timeout`,
    { isServerFault: true },
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

/** The connection failed or broke, by the error code that Node.js, OpenSSL or undici gave. */
export function connectionFailure(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error;
  const { code, message } = innermost(error);
  const advice = connectionAdvice[code] ?? (isCertificateCode(code) ? certificateAdvice : brokenAdvice);
  const detail = code === '' || message.includes(code) ? message : `${message}, ${code}`;
  return new RequestFailure('unavailable', `cannot be reached (${clip(detail)}); ${advice}`, passingFault, {
    cause: error,
  });
}

const certificateAdvice =
  "check the server's certificate, and the certificate authorities and client certificate given under the source's tls";
const brokenAdvice = 'check that it runs and what the network between does';

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

function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|ERR_OSSL/.test(code);
}

/** The error that says most: undici and Node.js wrap it in causes and, for several addresses, in a list. */
function innermost(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  if (error.cause instanceof Error) return innermost(error.cause);
  const code = (error as NodeJS.ErrnoException).code;
  return { code: typeof code === 'string' ? code : '', message: error.message };
}

/** What an HTTP answer without a result means. `body` is what could be read of it. */
export function statusFailure(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): RequestFailure {
  const { errorType, error } = errorEnvelope(body);
  const said = error === undefined ? '' : `: ${clip(error)}`;
  const line = `${status} ${STATUS_CODES[status] ?? ''}`.trim();

  if (status >= 300 && status < 400)
    return new RequestFailure(
      'unavailable',
      `answers with a redirect (${line}), which is not followed, so that credentials stay with this address; give the final address`,
    );
  if (status === 401 || status === 403)
    return new RequestFailure(
      'unavailable',
      `refuses access (${line})${said}; check the source's credentials and headers`,
    );
  if (status === 404 || status === 405)
    return new RequestFailure(
      'unavailable',
      `has no Prometheus HTTP API there (${line})${said}; check the address' path (Mimir's ends in /prometheus)`,
    );
  if (status === 429)
    return new RequestFailure('unavailable', `asks for fewer requests (${line})${said}`, {
      isPassing: true,
      retryAfterSeconds: retryAfterSeconds(headers['retry-after']),
    });
  if ((status === 400 || status === 422) && error !== undefined && !isBackendTrouble(error))
    return new RequestFailure('rejected', `refuses the query (${errorType ?? line})${said}`, {
      isTooMuchAtOnce: isTooMuchAtOnce(error),
    });
  if (errorType === 'timeout' || errorType === 'canceled')
    return new RequestFailure(
      'unavailable',
      `gave the query up (${errorType})${said}; make it cheaper with a recording rule, or raise the server's query timeout`,
    );
  if (status >= 500 || error !== undefined)
    return new RequestFailure('unavailable', `fails (${line})${said}; check its log`, {
      ...passingFault,
      retryAfterSeconds: retryAfterSeconds(headers['retry-after']),
    });
  return formatFailure(line);
}

/** Thanos and remote storage report failing backends as 422 "execution", like an error in the query. */
function isBackendTrouble(error: string): boolean {
  return /rpc error|connection|context (canceled|deadline)|proxy Series|unavailable|no such host|EOF/i.test(
    error,
  );
}

/** Limits on what one query may load, as Prometheus, Thanos, Mimir and VictoriaMetrics word them. */
function isTooMuchAtOnce(error: string): boolean {
  return /too many (samples|points)|err-mimir-max|max(imum)?[ -]?(samples|points|chunks|bytes)|exceed/i.test(
    error,
  );
}

function errorEnvelope(body: string): { errorType?: string; error?: string } {
  try {
    const envelope: unknown = JSON.parse(body);
    if (typeof envelope !== 'object' || envelope === null) return {};
    const { errorType, error } = envelope as Record<string, unknown>;
    if (typeof error !== 'string') return {};
    return typeof errorType === 'string' ? { errorType: clip(errorType), error } : { error };
  } catch {
    // Proxies answer errors in HTML or plain text: then the status has to say it all.
    return {};
  }
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterSeconds(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}

/** Text from elsewhere as a message may repeat it: one line, printable, bounded. */
export function clip(text: string, length = 300): string {
  const printable = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return printable.length <= length ? printable : `${printable.slice(0, length)}…`;
}
