import { HIDDEN } from './secret.js';

/** Longest stretch of a user's text that a message repeats. */
const SHOWN_LENGTH = 80;

/** Characters that no eye sees, though they break lines, steer terminals or turn the direction of what follows. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * A value as a message may repeat it: quoted, control and direction characters escaped so that it stays on one line and
 * reads as it is written, and shortened when long, with its full length told.
 *
 * @example show('5 minutes') // '"5 minutes"'
 */
export function show(value: string): string {
  if (value.length <= SHOWN_LENGTH) return quoted(value);
  return `${quoted(`${value.slice(0, SHOWN_LENGTH)}…`)} (${value.length} characters)`;
}

/** A key as a message may name it: as it is where it is a plain word, like a value where it is not. */
export function showKey(key: string): string {
  return /^[\w.<-]{1,80}$/.test(key) ? key : show(key);
}

/**
 * JSON of a value that reads as it is: what no eye sees is written as escapes, which mean the same.
 *
 * @example quoted('pod\u202e') // '"pod\\u202e"'
 */
export function quoted(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/**
 * An address as a message may repeat it: without user name, password, query and fragment, which are where tokens
 * hide. Works on text that is no valid address too, since that is what error messages are about.
 *
 * @example showAddress('http://ann:secret@prometheus:9090?token=x') // '"http://prometheus:9090"'
 */
export function showAddress(address: string): string {
  const [path = ''] = address.split(/[?#]/, 1);
  // A password may hold these characters as well: then nothing tells where it begins and ends.
  if (address.slice(path.length).includes('@'))
    return show(`${/^[a-z]+:\/\//i.exec(address)?.[0] ?? ''}${HIDDEN}`);
  // The greedy match reaches the last @, since a password may hold one; what follows the host may not.
  return show(path.replace(/^([^/]*\/\/)?.*@/, '$1'));
}
