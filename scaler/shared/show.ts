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
