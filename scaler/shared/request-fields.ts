import { z } from 'zod';

/** Headers that belong to the connection or the body: set by hand they would break requests or reach another host. */
const reservedHeaders = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Parameters of the query itself: in the address they would contradict the body. */
const reservedParameters = new Set(['query', 'time', 'start', 'end', 'step', 'timeout']);

/** Header names as RFC 9110 section 5.6.2 writes a token. */
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name has no spaces or separators')
  .refine((name) => !reservedHeaders.has(name.toLowerCase()), 'this header is set by the client itself');

/** Header values without line breaks and other control characters, which would let a value add headers of its own. */
const headerValue = z
  .string()
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'a header value has only printable Latin-1 characters');

/** Header names to values, as a trigger's metadata and a source's configuration give them. */
export const headersSchema = z.record(headerName, headerValue).readonly();

/** Parameters added to each request's address. */
export const queryParametersSchema = z
  .record(
    z.string().refine((name) => !reservedParameters.has(name), 'this parameter is set by the client itself'),
    z.string(),
  )
  .readonly();
