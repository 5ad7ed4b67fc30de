import { inspect } from 'node:util';
import { show } from './show.js';

/** Stands for a secret. */
export const HIDDEN = '(hidden)';

/** Keys of a configuration that may hold secrets. */
const SECRET_KEY = /^(password|token|headers|queryParameters)$/;

/** A deep copy of plain data with the values of such keys hidden. */
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
 * Hides the secrets of an object in JSON and dumps. What is added is not enumerable, so that copies and comparisons do
 * not see it.
 *
 * @returns the same object, frozen
 */
export function guardSecrets<T extends object>(value: T): T {
  const shown = () => withoutSecrets(value);
  Object.defineProperty(value, 'toJSON', { value: shown });
  Object.defineProperty(value, inspect.custom, { value: shown });
  return Object.freeze(value);
}

/** Whether messages must not repeat the value of a key of a configuration. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key);
}

/**
 * An address for messages, without user name, password, query and fragment. The text need not be a valid address, since
 * messages are about those that are not.
 *
 * @example showAddress('http://ann:secret@prometheus:9090?token=x') // '"http://prometheus:9090"'
 */
export function showAddress(address: string): string {
  const [path = ''] = address.split(/[?#]/, 1);
  // A password may hold these characters: then it is not clear where it ends.
  if (address.slice(path.length).includes('@'))
    return show(`${/^[a-z]+:\/\//i.exec(address)?.[0] ?? ''}${HIDDEN}`);
  // Greedy up to the last @, since a password may hold one.
  return show(path.replace(/^([^/]*\/\/)?.*@/, '$1'));
}

/** Repeats a text without the secrets in it. */
export type Hide = (text: string) => string;

/** Parts of a request that may be secret. */
export interface SentFields {
  readonly authorization?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryParameters: Readonly<Record<string, string>>;
}

/** Names of headers and parameters whose values are secret even if short. */
const credentialName = /auth|token|key|secret|passw|cookie|session|signature/i;

/** Values with other names are hidden from this length on: messages without words such as `true` could not be read. */
const SHORTEST_ELSEWHERE = 8;

/** Hides the secrets of a request in its answer: servers and proxies repeat requests in errors and warnings. */
export function hideSent({ authorization = '', headers, queryParameters }: SentFields): Hide {
  const secrets = secretsOf(authorization);
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(queryParameters)])
    if (credentialName.test(name) || value.length >= SHORTEST_ELSEWHERE) secrets.push(...secretsOf(value));
  const forms = new Set(secrets.flatMap(formsOf).filter((form) => form !== ''));
  if (forms.size === 0) return (text) => text;
  // The longest first, since one secret may begin with another.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(
    longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
    'gi',
  );
  return (text) => text.replace(pattern, HIDDEN);
}

/** The value of a header, and the token or password in it (RFC 7617). */
function secretsOf(value: string): string[] {
  const [, scheme, carried] = /^([A-Za-z]+) +(\S.*)$/.exec(value) ?? [];
  if (scheme === undefined || carried === undefined) return [value];
  if (scheme.toLowerCase() !== 'basic') return [value, carried];
  const pair = Buffer.from(carried, 'base64').toString('utf8');
  return [value, carried, pair, pair.slice(pair.indexOf(':') + 1)];
}

/** The forms of a text in JSON, addresses and headers. */
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

/** Names of settings, headers and labels whose value counts as a secret. */
const SECRET_NAME =
  /passw(?:or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|authorization|credential|cookie/i;

/**
 * A name, what is between it and its value, and the value up to its closing quote (or the end of a text that was cut),
 * or up to white space. Quotes may be escaped, as in a message that repeats a query.
 *
 * The patterns here begin where no character of their own kind comes before: they are then tried once for each word,
 * and hostile text costs only its length.
 */
const NAMED_VALUE =
  /(?<![\w.-])([\w.-]+)(\\?["']?\s*(?:=~|!=|!~|=|:)\s*)(\\?"(?:[^"\\]|\\.)*(?:"|$)|\\?'(?:[^'\\]|\\.)*(?:'|$)|[^\s"',;&}()]+)/g;

/** Texts that look like secrets, and their replacements. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // User name and password in an address. Greedy up to the last @, since a password may hold one.
  [/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/)[^\s/"'`]*@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/-]{6,}=*/gi, `$1 ${HIDDEN}`],
  // JSON web tokens, and keys with a prefix by which their issuers recognize them.
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, HIDDEN],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, HIDDEN],
  [/(?<![\w-])(?:gh[pousr]|github_pat|glpat|glsa|xox[abprs]|sk|hvs)[_.-][\w-]{16,}/g, HIDDEN],
];

/**
 * A text of a user without what looks like a secret: credentials in addresses, bearer and basic tokens, values of names
 * such as `password` or `apiKey`, and tokens with a known form. It rather hides too much than too little.
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
    // The value of a harmless name may hold other names: url=http://host?token=x.
    else NAMED_VALUE.lastIndex = valueAt;
  }
  return redacted + unnamed.slice(done);
}

/** `(hidden)` in the quotes of the value, of which a text that was cut has only the first. */
function hiddenLike(value: string): string {
  const [, opening = '', rest = ''] = /^(\\?["']?)(.*)$/s.exec(value) ?? [];
  return `${opening}${HIDDEN}${rest.endsWith(opening.at(-1) ?? '') ? opening : ''}`;
}
