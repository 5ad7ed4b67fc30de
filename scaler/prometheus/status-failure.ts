import { STATUS_CODES } from 'node:http';
import type { Hide } from '../shared/redact.js';
import { clip } from './clip.js';
import { formatFailure, passingFault, RequestFailure } from './request-failure.js';

/**
 * What an HTTP answer without a result means.
 * @param body what could be read of it.
 * @param hide hides the request's secrets in what the message repeats of the body.
 */
export function statusFailure(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  hide: Hide,
): RequestFailure {
  const { errorType, error } = errorEnvelope(body, hide);
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
  const isBackends = status === 422 && error !== undefined && isBackendTrouble(error);
  if ((status === 400 || status === 422) && error !== undefined && !isBackends)
    return new RequestFailure('rejected', `refuses the query (${errorType ?? line})${said}`, {
      isTooMuchAtOnce: isTooMuchAtOnce(error),
    });
  if (errorType === 'timeout' || errorType === 'canceled')
    return new RequestFailure(
      'unavailable',
      `gave the query up (${errorType})${said}; make it cheaper with a recording rule, or raise the server's query timeout`,
      { isSlow: true },
    );
  // These words may be the query's own, so they lead to a retry only and do not count for the breaker.
  if (isBackends)
    return new RequestFailure('unavailable', `fails (${line})${said}; check its log`, { isPassing: true });
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

function errorEnvelope(body: string, hide: Hide): { errorType?: string; error?: string } {
  try {
    const envelope: unknown = JSON.parse(body);
    if (typeof envelope !== 'object' || envelope === null) return {};
    const { errorType, error: said } = envelope as Record<string, unknown>;
    if (typeof said !== 'string') return {};
    const error = hide(said);
    return typeof errorType === 'string' ? { errorType: clip(hide(errorType)), error } : { error };
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
