import { z } from 'zod';

/** Headers of the connection or the body: if set by hand, they would break requests or reach another host. */
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

/** Parameters of the query, which are in the body. */
const reservedParameters = new Set(['query', 'time', 'start', 'end', 'step', 'timeout']);

/** A token of RFC 9110 section 5.6.2. */
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name has no spaces or separators')
  .refine((name) => !reservedHeaders.has(name.toLowerCase()), 'this header is set by the client itself');

/** Without line breaks, with which a value could add headers, and other control characters. */
const headerValue = z
  .string()
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'a header value has only printable Latin-1 characters');

/** Headers by their names, in the metadata of a trigger or the configuration of a source. */
export const headersSchema = z.record(headerName, headerValue).readonly();

/** Parameters added to the address of each request. */
export const queryParametersSchema = z
  .record(
    z.string().refine((name) => !reservedParameters.has(name), 'this parameter is set by the client itself'),
    z.string(),
  )
  .readonly();
