import { HIDDEN } from '../../shared/secret.js';

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
 * name such as `password` or `apiKey`, and tokens known by their shape. It may hide what is none: better so than shown.
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

/** `(hidden)` in the quotes of the value. */
function hiddenLike(value: string): string {
  const opening = /^\\?["']/.exec(value)?.[0] ?? '';
  const closing =
    opening !== '' && value.length > opening.length && value.endsWith(opening.at(-1)!) ? opening : '';
  return `${opening}${HIDDEN}${closing}`;
}
