import { z } from 'zod';

/** Header names as RFC 9110 section 5.6.2 writes a token. */
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a header name has no spaces or separators');

/** Header values without line breaks and other control characters, which would let a value add headers of its own. */
const headerValue = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keeping control characters out is what this is for
  .regex(/^[^\x00-\x08\x0a-\x1f\x7f]*$/, 'a header value has no control characters');

/** Header names to values, as a trigger's metadata and a source's configuration give them. */
export const headersSchema = z.record(headerName, headerValue).readonly();

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
  /** Seconds that one request may take, from connecting to the last byte of the body. */
  timeoutSeconds: z.number().positive().max(600).default(10),
  /**
   * Seconds between two samples inside a step: the interval at which the source scrapes or evaluates. Peaks shorter
   * than this cannot be seen. A step that it does not divide is sampled at the next finer interval that divides it.
   */
  resolutionSeconds: z.number().int().positive().max(3600).default(15),
  /** Requests under way at once. */
  concurrency: z.number().int().min(1).max(256).default(8),
  /** Tries after the first for a request that failed in passing (no connection, timeout, 429, 5xx). */
  retries: z.number().int().min(0).max(10).default(2),
  /** Largest body, decompressed, that is read from one answer. */
  maxBodyBytes: z
    .number()
    .int()
    .min(1024)
    .max(256 * 1024 * 1024)
    .default(16 * 1024 * 1024),
};

/** Limits alone, with their defaults: what holds for an address given in a trigger's metadata. */
export const sourceLimitsSchema = z.strictObject(limitsShape);

/**
 * One named source in the configuration file: a server that speaks the Prometheus HTTP API v1 (Prometheus, Thanos,
 * Mimir, VictoriaMetrics), how to authenticate there, and how much may be asked of it at once. Durations are seconds.
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
    queryParameters: z.record(z.string(), z.string()).readonly().default({}),
    ...limitsShape,
  })
  .refine(
    ({ basic, bearer }) => basic === undefined || bearer === undefined,
    'expected "basic" or "bearer", not both',
  )
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
    allowedAddresses: z.array(z.string()).readonly().default([]),
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
