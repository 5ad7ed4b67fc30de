import { z } from 'zod';
import { parseDurationSeconds } from '../shared/duration.js';
import { ScalerError } from '../shared/errors.js';
import { AddressAllowList } from './address-allow-list.js';

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

const sourceAddress = z
  .string()
  .refine(
    isPlainHttpAddress,
    'expected http://host:port or https://host:port, with a path where the API is not at the root, without user name, password, query or fragment (credentials go under "basic" or "bearer", parameters under "queryParameters")',
  );

const basicSchema = z
  .strictObject({
    username: z.string(),
    /** The password itself. */
    password: z.string().optional(),
    /** File whose content, without surrounding white space, is the password; read again when it changes. */
    passwordFile: z.string().min(1).optional(),
  })
  .refine(
    ({ password, passwordFile }) => (password === undefined) !== (passwordFile === undefined),
    'expected either "password" or "passwordFile"',
  );

const bearerSchema = z
  .strictObject({
    /** The token itself. */
    token: z.string().min(1).optional(),
    /** File whose content, without surrounding white space, is the token; read again when it changes. */
    tokenFile: z.string().min(1).optional(),
  })
  .refine(
    ({ token, tokenFile }) => (token === undefined) !== (tokenFile === undefined),
    'expected either "token" or "tokenFile"',
  );

const tlsSchema = z
  .strictObject({
    /** PEM file with the certificate authorities to trust instead of the system's; read again when it changes. */
    caFile: z.string().min(1).optional(),
    /** PEM file with the client certificate for mutual TLS; read again when it changes. */
    certFile: z.string().min(1).optional(),
    /** PEM file with the client certificate's key; read again when it changes. */
    keyFile: z.string().min(1).optional(),
    /** Name expected in the server's certificate where it differs from the address' host. */
    serverName: z.string().min(1).optional(),
    /** Accepts any server certificate. Only for tests. */
    insecureSkipVerify: z.boolean().default(false),
  })
  .refine(
    ({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined),
    'expected "certFile" and "keyFile" together',
  );

/** What is the same for a named source and for an address that a trigger brings along. */
const limitsShape = {
  /** Time that one request may take, from connecting to the last byte of the body, such as `10s`. */
  timeout: duration(z.number().min(0.1, 'expected at least 100ms').max(600, 'expected at most 10m')).default(
    10,
  ),
  /**
   * Time between two samples inside a step, such as `15s`: at its finest, the interval at which the source scrapes or
   * evaluates. Peaks shorter than this cannot be seen, and the finer it is, the more a history costs the source. Whole seconds. A step that it does not divide is sampled at the next
   * finer interval that divides it.
   */
  resolution: duration(
    z.number().int('expected whole seconds').min(1, 'expected at least 1s').max(3600, 'expected at most 1h'),
  ).default(60),
  /** Requests under way at once. */
  concurrency: z.number().int().min(1).max(256).default(8),
  /** Tries after the first for a request that failed in passing (no connection, timeout, 429, 5xx). */
  retries: z.number().int().min(0).max(10).default(2),
  /** Largest body that is read from one answer. */
  maxBodyBytes: z
    .number()
    .int()
    .min(1024)
    .max(256 * 1024 * 1024)
    .default(4 * 1024 * 1024),
};

/** Limits alone, with their defaults: what holds for an address given in a trigger's metadata. */
export const sourceLimitsSchema = z.strictObject(limitsShape).transform(unitsInNames).readonly();

/**
 * One named source in the configuration file: a server that speaks the Prometheus HTTP API v1 (Prometheus, Thanos,
 * Mimir, VictoriaMetrics), how to authenticate there, and how much may be asked of it at once. Durations are
 * written as Prometheus writes them and read into seconds.
 */
export const sourceSchema = z
  .strictObject({
    /** Base address; `/api/v1/query` is appended. Mimir's ends in `/prometheus`. */
    address: sourceAddress,
    /** HTTP basic authentication. */
    basic: basicSchema.optional(),
    /** Bearer token. */
    bearer: bearerSchema.optional(),
    /** Trust and client certificate for https. */
    tls: tlsSchema.optional(),
    /** Sent with each request, for example `X-Scope-OrgID` to name a Mimir tenant. */
    headers: headersSchema.default({}),
    /** Added to each request's address, for example `tenant` or `max_source_resolution`. */
    queryParameters: queryParametersSchema.default({}),
    /** Namespaces whose triggers may use this source; every one when undefined. */
    namespaces: z.array(z.string().min(1)).readonly().optional(),
    ...limitsShape,
  })
  .refine(
    ({ basic, bearer }) => basic === undefined || bearer === undefined,
    'expected "basic" or "bearer", not both',
  )
  .transform(unitsInNames)
  .readonly();

/** A named source as the configuration file may write it. */
export type SourceConfigInput = z.input<typeof sourceSchema>;

/** A named source, checked and complete. */
export type SourceConfig = z.output<typeof sourceSchema>;

/** Bounds on what is asked of one source. */
export type SourceLimits = z.output<typeof sourceLimitsSchema>;

/** Everything that the configuration says about where history comes from. */
export const sourcesSchema = z
  .strictObject({
    /** Sources by the name that triggers and dashboards use for them. */
    named: z
      .record(
        z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a source name is lower case and DNS-safe'),
        sourceSchema,
      )
      .default({}),
    /** Name of the source for triggers that give no address. */
    default: z.string().optional(),
    /**
     * Addresses that triggers may bring along, as `scheme://host:port`, where the host is a name, an IP address, a
     * pattern such as `*.monitoring.svc` (one or more labels in place of the star), or a CIDR block such as
     * `10.0.0.0/8` or `[fd00::]/8`. A missing port is the scheme's own. Empty: triggers may bring none.
     */
    allowedAddresses: z.array(z.string().superRefine(checkRule)).readonly().default([]),
    /** Bounds for each address that a trigger brings along. */
    addressLimits: sourceLimitsSchema.prefault({}),
  })
  .refine((sources) => sources.default === undefined || Object.hasOwn(sources.named, sources.default), {
    error: 'expected the name of one of the sources',
    path: ['default'],
  });

/** Everything that the configuration says about where history comes from, checked and complete. */
export type SourcesConfig = z.output<typeof sourcesSchema>;

function isPlainHttpAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function checkRule(text: string, context: z.RefinementCtx): void {
  try {
    new AddressAllowList([text]);
  } catch (error) {
    if (!(error instanceof ScalerError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
}

/** Text such as `10s`, read into seconds that must satisfy `seconds`. */
function duration(seconds: z.ZodType<number, number>) {
  return z
    .string('expected a duration such as 10s')
    .transform((text, context) => {
      try {
        return parseDurationSeconds(text);
      } catch (error) {
        if (!(error instanceof ScalerError)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    })
    .pipe(seconds);
}

/** Limits as the program reads them: durations in seconds, and named so. */
function unitsInNames<Limits extends { timeout: number; resolution: number }>({
  timeout,
  resolution,
  ...rest
}: Limits) {
  return { ...rest, timeoutSeconds: timeout, resolutionSeconds: resolution };
}
