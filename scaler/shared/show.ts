/** Most characters of a user's text in a message. */
const SHOWN_LENGTH = 80;

/** Invisible characters, which could break lines, control terminals or change the direction of text. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/**
 * A value for messages: quoted, on one line with invisible characters escaped, and shortened, with its full length,
 * when long.
 *
 * @example show('5 minutes') // '"5 minutes"'
 */
export function show(value: string): string {
  if (value.length <= SHOWN_LENGTH) return quoted(value);
  return `${quoted(`${value.slice(0, SHOWN_LENGTH)}…`)} (${value.length} characters)`;
}

/** Text from elsewhere for use in a message: on one line, printable, shortened. */
export function clip(text: string, length = 300): string {
  const printable = text.replace(UNSEEN, ' ').trim();
  return printable.length <= length
    ? printable
    : `${printable.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A key for messages: unchanged if it is a plain word, otherwise as by `show`. */
export function showKey(key: string): string {
  return /^[\w.<-]{1,80}$/.test(key) ? key : show(key);
}

/**
 * JSON of a value, with invisible characters escaped.
 *
 * @example quoted('pod\u202e') // '"pod\\u202e"'
 */
export function quoted(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (characters) =>
    characters
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
