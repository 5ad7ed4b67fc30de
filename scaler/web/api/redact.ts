import { HIDDEN } from '../../secret.js';

/** Names of settings, headers and labels whose value is taken for a secret. */
const SECRET_NAME =
  '[\\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|authorization|credential|cookie)[\\w.-]*';

/** What looks like a secret, and what is left of it. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // User name and password in an address. The greedy match reaches the last @, since a password may hold one.
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"'`]*@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/-]{6,}=*/gi, `$1 ${HIDDEN}`],
  // name="value", name: value, name=~'value'; the value up to its closing quote, or up to white space without one.
  [new RegExp(`\\b(${SECRET_NAME}"?\\s*(?:=~|!=|!~|=|:)\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'gi'), `$1"${HIDDEN}"`],
  [new RegExp(`\\b(${SECRET_NAME}'?\\s*(?:=~|!=|!~|=|:)\\s*)'(?:[^'\\\\]|\\\\.)*'`, 'gi'), `$1'${HIDDEN}'`],
  [new RegExp(`\\b(${SECRET_NAME}\\s*(?:=|:)\\s*)(?!["'(])[^\\s,;&}"'()]+`, 'gi'), `$1${HIDDEN}`],
  // JSON web tokens, and keys with a prefix that their issuer chose so that they can be found.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, HIDDEN],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, HIDDEN],
  [/\b(?:gh[pousr]|github_pat|glpat|glsa|xox[abprs]|sk|hvs)[_-][\w-]{16,}/g, HIDDEN],
];

/**
 * A text of a user without what looks like a secret: credentials in addresses, bearer and basic tokens, values beside a
 * name such as `password` or `apiKey`, and tokens known by their shape. It may hide what is none: better so than shown.
 *
 * @example redact('up{token="s3cret"}') // 'up{token="(hidden)"}'
 */
export function redact(text: string): string {
  return SHAPES.reduce((shown, [shape, rest]) => shown.replace(shape, rest), text);
}
