import { z } from 'zod';
import { ScalerError } from '../shared/errors.js';
import { amount, defaulted, described, seconds } from '../shared/fields.js';
import { headersSchema, queryParametersSchema } from '../shared/request-fields.js';
import { AddressAllowList } from './address-allow-list.js';

const sourceAddress = z
  .string()
  .refine(
    isPlainHttpAddress,
    'expected http://host:port or https://host:port, with a path where the API is not at the root, without user name, password, query or fragment (credentials go under "basic" or "bearer", parameters under "queryParameters")',
  );

/** Text that may be absent, but not empty. */
const text = (meaning: string, absent = 'none') => described(z.string().min(1).optional(), absent, meaning);

const file = (meaning: string, absent?: string) => text(`${meaning} Read again when it changes.`, absent);

const basicSchema = z
  .strictObject({
    username: described(z.string(), 'none', 'User name for HTTP basic authentication.'),
    password: described(z.string().optional(), 'none', 'Its password. Prefer the file.'),
    passwordFile: file('File that holds the password.'),
  })
  .refine(
    ({ password, passwordFile }) => (password === undefined) !== (passwordFile === undefined),
    'expected either "password" or "passwordFile"',
  );

const bearerSchema = z
  .strictObject({
    token: text('Bearer token. Prefer the file.'),
    tokenFile: file('File that holds the token.'),
  })
  .refine(
    ({ token, tokenFile }) => (token === undefined) !== (tokenFile === undefined),
    'expected either "token" or "tokenFile"',
  );

const tlsSchema = z
  .strictObject({
    caFile: file('PEM file with the authorities to trust.', "the system's authorities"),
    certFile: file('PEM file with the client certificate, for mutual TLS.'),
    keyFile: file('PEM file with its key.'),
    serverName: text("Name expected in the server's certificate.", "the address' host"),
    insecureSkipVerify: described(
      z.boolean().default(false),
      '`false`',
      'Accepts any server certificate. For tests only.',
    ),
  })
  .refine(
    ({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined),
    'expected "certFile" and "keyFile" together',
  );

const MEBIBYTE = 1024 * 1024;

/** Credentials for requests, and trust in their server. */
export const requestShape = {
  basic: basicSchema.optional(),
  bearer: bearerSchema.optional(),
  tls: tlsSchema.optional(),
};

const limitsShape = {
  timeout: defaulted('10s', seconds({ min: 0.1, max: 600, fractions: true }), {
    form: 'a duration from 100ms to 10m',
    meaning: 'Time that one request may take, to the last byte of its answer.',
  }),
  resolution: defaulted('60s', seconds({ min: 1, max: 3600 }), {
    form: 'a duration of whole seconds from 1s to 1h',
    meaning:
      'Time between two samples inside a step. Peaks shorter than this cannot be seen; at its finest it is the interval at which the source scrapes. The finer it is, the more a history costs the source: see [how history is read](history.md).',
  }),
  concurrency: described(
    amount({ min: 1, max: 256, whole: true }).default(8),
    '`8`',
    'Requests in flight at once.',
  ),
  retries: described(
    amount({ min: 0, max: 10, whole: true }).default(2),
    '`2`',
    'How often a request is tried again after a transient failure.',
  ),
  maxBodyBytes: described(
    amount({ min: 1024, max: 256 * MEBIBYTE, whole: true }).default(4 * MEBIBYTE),
    '`4194304`',
    'Largest answer that is read, in bytes.',
  ),
};

/** Limits with their defaults, which hold for the address of a trigger. */
export const sourceLimitsSchema = z.strictObject(limitsShape).transform(unitsInNames).readonly();

/**
 * A named source: a server with the Prometheus HTTP API v1 (Prometheus, Thanos, Mimir, VictoriaMetrics), with
 * credentials and limits. Durations are read into seconds.
 */
export const sourceSchema = z
  .strictObject({
    address: described(
      sourceAddress,
      undefined,
      "Base address; `/api/v1/query` is added to it. Mimir's ends in `/prometheus`. Credentials and parameters do not belong here.",
    ),
    ...requestShape,
    headers: described(
      headersSchema.default({}),
      'none',
      'Headers sent with each request, such as `X-Scope-OrgID` for a tenant of Mimir.',
    ),
    queryParameters: described(
      queryParametersSchema.default({}),
      'none',
      'Parameters added to each request, such as `dedup`.',
    ),
    namespaces: described(
      z.array(z.string().min(1)).readonly().optional(),
      'none: open to every namespace',
      'List of the namespaces whose triggers may use this source.',
    ),
    ...limitsShape,
  })
  .refine(
    ({ basic, bearer }) => basic === undefined || bearer === undefined,
    'expected "basic" or "bearer", not both',
  )
  .transform(unitsInNames)
  .readonly();

/** A named source in the configuration file. */
export type SourceConfigInput = z.input<typeof sourceSchema>;

/** A named source, checked and complete. */
export type SourceConfig = z.output<typeof sourceSchema>;

/** Bounds on what is asked of one source. */
export type SourceLimits = z.output<typeof sourceLimitsSchema>;

/** The sources in the configuration. */
export const sourcesSchema = z
  .strictObject({
    /** Sources by the name that triggers and dashboards use for them. */
    named: z
      .record(
        z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a source name is lower case and DNS-safe'),
        sourceSchema,
      )
      .default({}),
    default: described(
      z.string().optional(),
      'none',
      'Name of the source for triggers that give neither `source` nor `prometheusAddress`.',
    ),
    allowedAddresses: described(
      z.array(z.string().superRefine(checkRule)).readonly().default([]),
      'empty: triggers may bring none',
      'Addresses that a trigger may give as `prometheusAddress`, as `scheme://host:port`. The host is a name, an IP address, a pattern such as `*.monitoring.svc`, or a block such as `10.0.0.0/8`.',
    ),
  })
  .refine((sources) => sources.default === undefined || Object.hasOwn(sources.named, sources.default), {
    error: 'expected the name of one of the sources',
    path: ['default'],
  });

/** The sources of the configuration, checked and complete. */
export type SourcesConfig = z.output<typeof sourcesSchema>;

/** Whether a text is an address without credentials, query or fragment. */
export function isPlainHttpAddress(text: string): boolean {
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

function unitsInNames<Limits extends { timeout: number; resolution: number }>({
  timeout,
  resolution,
  ...rest
}: Limits) {
  return { ...rest, timeoutSeconds: timeout, resolutionSeconds: resolution };
}
