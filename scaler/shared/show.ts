/** Longest part of a user's text that a message repeats. */
const SHOWN_LENGTH = 80;

/** Invisible characters, which break lines, control terminals or change the direction of text. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * A value as a message may repeat it: quoted, on one line with invisible characters escaped, and shortened when long,
 * with its full length.
 *
 * @example show('5 minutes') // '"5 minutes"'
 */
export function show(value: string): string {
  if (value.length <= SHOWN_LENGTH) return quoted(value);
  return `${quoted(`${value.slice(0, SHOWN_LENGTH)}…`)} (${value.length} characters)`;
}

/** A key as a message may name it: unchanged if it is a plain word, otherwise like a value. */
export function showKey(key: string): string {
  return /^[\w.<-]{1,80}$/.test(key) ? key : show(key);
}

/**
 * JSON of a value with invisible characters as escapes, which mean the same.
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
