import { HIDDEN } from '../shared/secret.js';

/** Repeats a text without the secrets in it. */
export type Hide = (text: string) => string;

/** What goes with a request and may be secret. */
export interface SentFields {
  /** The Authorization header, where there is one. */
  readonly authorization?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryParameters: Readonly<Record<string, string>>;
}

/** Names of headers and parameters whose values are secret however short. */
const credentialName = /auth|token|key|secret|passw|cookie|session|signature/i;

/**
 * Values under other names are hidden from this length on: `true` or a tenant's name are no secrets, and messages
 * without such words could not be read.
 */
const shortestElsewhere = 8;

/**
 * Hides what went with a request in what came back. Servers and the proxies before them repeat requests in errors and
 * warnings, and those are shown in the log, on the page and to KEDA.
 */
export function hideSent({ authorization = '', headers, queryParameters }: SentFields): Hide {
  const secrets = secretsOf(authorization);
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(queryParameters)])
    if (credentialName.test(name) || value.length >= shortestElsewhere) secrets.push(...secretsOf(value));
  const forms = new Set(secrets.flatMap(formsOf).filter((form) => form !== ''));
  if (forms.size === 0) return (text) => text;
  // The longest first: one secret may be the beginning of another.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(
    longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
    'gi',
  );
  return (text) => text.replace(pattern, HIDDEN);
}

/** A header's value, and what its scheme carries: the token, or the password that is inside the base64 (RFC 7617). */
function secretsOf(value: string): string[] {
  const [, scheme, carried] = /^([A-Za-z]+) +(\S.*)$/.exec(value) ?? [];
  if (scheme === undefined || carried === undefined) return [value];
  if (scheme.toLowerCase() !== 'basic') return [value, carried];
  const pair = Buffer.from(carried, 'base64').toString('utf8');
  return [value, carried, pair, pair.slice(pair.indexOf(':') + 1)];
}

/** The ways in which a text is written into JSON, addresses and headers. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
}
