import { Refusal } from '../read.js';

/** Headers that belong to the connection or the body; a trigger that set them could split or misroute requests. */
const CONNECTION_HEADERS = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Parameters of the Prometheus HTTP API that the scaler itself sets. */
const API_PARAMETERS = new Set(['query', 'time', 'start', 'end', 'step']);

/**
 * Checks one header that a trigger adds to requests.
 *
 * @throws Refusal when the name is not a token (RFC 9110, section 5.6.2), the value holds control characters, or the
 * header belongs to the connection.
 */
export function checkHeader(name: string, value: string): void {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)) throw new Refusal('a header name is not a token');
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
    throw new Refusal(`the value of header "${name}" has characters that a header cannot carry`);
  if (CONNECTION_HEADERS.has(name.toLowerCase()) || /^proxy-/i.test(name))
    throw new Refusal(`header "${name}" belongs to the connection`);
}

/** Checks one parameter that a trigger adds to requests. @throws Refusal when the scaler sets that parameter itself. */
export function checkQueryParameter(name: string, _value: string): void {
  if (!/^[\x21-\x7e]{1,128}$/.test(name)) throw new Refusal('a parameter name is not plain text');
  if (API_PARAMETERS.has(name)) throw new Refusal(`parameter "${name}" is set by the scaler`);
}
