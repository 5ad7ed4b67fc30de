import { inspect } from 'node:util';
import { show } from './show.js';

/** What is shown in place of a secret. */
export const HIDDEN = '(hidden)';

/** Keys that hold secrets in a configuration: passwords and tokens, and headers and parameters, where tokens hide. */
const SECRET_KEY = /^(password|token|headers|queryParameters)$/;

/** A deep copy of plain data for showing, with everything under a key that may hold a secret hidden. */
function withoutSecrets(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => {
      if (!isSecretKey(key)) return [key, withoutSecrets(held)];
      const names = held !== null && typeof held === 'object' ? Object.keys(held) : undefined;
      return [key, names === undefined ? HIDDEN : Object.fromEntries(names.map((name) => [name, HIDDEN]))];
    }),
  );
}

/**
 * Makes an object write itself without secrets in JSON and dumps. Reading its properties is not affected, and what is
 * added is not enumerable, so that copies and comparisons do not see it.
 *
 * @returns the same object, frozen.
 */
export function guardSecrets<T extends object>(value: T): T {
  const shown = () => withoutSecrets(value);
  Object.defineProperty(value, 'toJSON', { value: shown });
  Object.defineProperty(value, inspect.custom, { value: shown });
  return Object.freeze(value);
}

/** Whether a key of a configuration holds a secret, so that messages must not repeat its value. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key);
}

/**
 * An address as a message may repeat it: without user name, password, query and fragment, which are where tokens
 * hide. Works on text that is no valid address too, since that is what error messages are about.
 *
 * @example showAddress('http://ann:secret@prometheus:9090?token=x') // '"http://prometheus:9090"'
 */
export function showAddress(address: string): string {
  const [path = ''] = address.split(/[?#]/, 1);
  // A password may hold these characters too: then it is not clear where it begins and ends.
  if (address.slice(path.length).includes('@'))
    return show(`${/^[a-z]+:\/\//i.exec(address)?.[0] ?? ''}${HIDDEN}`);
  // The greedy match reaches the last @, since a password may hold one; what follows the host may not.
  return show(path.replace(/^([^/]*\/\/)?.*@/, '$1'));
}

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
 * Values under other names are hidden from this length on: `true` or a short name are no secrets, and messages without
 * such words could not be read.
 */
const SHORTEST_ELSEWHERE = 8;

/**
 * Hides what went with a request in what came back. Servers and the proxies before them repeat requests in errors and
 * warnings, and those are shown in the log, on the page and to KEDA.
 */
export function hideSent({ authorization = '', headers, queryParameters }: SentFields): Hide {
  const secrets = secretsOf(authorization);
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(queryParameters)])
    if (credentialName.test(name) || value.length >= SHORTEST_ELSEWHERE) secrets.push(...secretsOf(value));
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

/** Names of settings, headers and labels whose value is taken for a secret. */
const SECRET_NAME =
  /passw(?:or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|authorization|credential|cookie/i;

/**
 * A name, what stands between it and its value, and the value: up to its closing quote (or the end of a text that was
 * cut), or up to white space. Quotes may be escaped, as in a message that repeats a query.
 *
 * Each pattern here begins where no character of its own kind comes before, so that it is tried once for each word and
 * hostile text costs no more than its length.
 */
const NAMED_VALUE =
  /(?<![\w.-])([\w.-]+)(\\?["']?\s*(?:=~|!=|!~|=|:)\s*)(\\?"(?:[^"\\]|\\.)*(?:"|$)|\\?'(?:[^'\\]|\\.)*(?:'|$)|[^\s"',;&}()]+)/g;

/** What looks like a secret by itself, and what is left of it. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // User name and password in an address. The greedy match reaches the last @, since a password may hold one.
  [/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/)[^\s/"'`]*@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/-]{6,}=*/gi, `$1 ${HIDDEN}`],
  // JSON web tokens, and keys with a prefix that their issuer chose so that they can be found.
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, HIDDEN],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, HIDDEN],
  [/(?<![\w-])(?:gh[pousr]|github_pat|glpat|glsa|xox[abprs]|sk|hvs)[_.-][\w-]{16,}/g, HIDDEN],
];

/**
 * A text of a user without what looks like a secret: credentials in addresses, bearer and basic tokens, values beside a
 * name such as `password` or `apiKey`, and tokens known by their shape. It may hide too much rather than too little.
 *
 * @example redact('up{token="s3cret"}') // 'up{token="(hidden)"}'
 */
export function redact(text: string): string {
  const unnamed = SHAPES.reduce((shown, [shape, rest]) => shown.replace(shape, rest), text);
  let redacted = '';
  let done = 0;
  NAMED_VALUE.lastIndex = 0;
  for (let found = NAMED_VALUE.exec(unnamed); found; found = NAMED_VALUE.exec(unnamed)) {
    const [, name, between, value] = found;
    const valueAt = found.index + name!.length + between!.length;
    if (SECRET_NAME.test(name!) && !value!.startsWith(HIDDEN)) {
      redacted += unnamed.slice(done, valueAt) + hiddenLike(value!);
      done = valueAt + value!.length;
      NAMED_VALUE.lastIndex = done;
    }
    // The value of a harmless name may hold names itself: url=http://host?token=x.
    else NAMED_VALUE.lastIndex = valueAt;
  }
  return redacted + unnamed.slice(done);
}

/** `(hidden)` in the quotes of the value, of which a text that was cut has only the first. */
function hiddenLike(value: string): string {
  const [, opening = '', rest = ''] = /^(\\?["']?)(.*)$/s.exec(value) ?? [];
  return `${opening}${HIDDEN}${rest.endsWith(opening.at(-1) ?? '') ? opening : ''}`;
}
