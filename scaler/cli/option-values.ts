import { InvalidArgumentError, Option } from 'commander';
import { formatDuration, parseDurationSeconds } from '../shared/duration.js';

/** Reads a duration option into seconds. @throws InvalidArgumentError that says what is accepted. */
export function duration(text: string): number {
  try {
    return parseDurationSeconds(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** An option for a duration of `leastSeconds` or more, whose help shows the default as a duration. */
export function durationOption(
  flagsText: string,
  description: string,
  defaultSeconds: number,
  leastSeconds = 0,
): Option {
  return new Option(flagsText, description)
    .argParser((text) => {
      const seconds = duration(text);
      if (seconds < leastSeconds)
        throw new InvalidArgumentError(`Expected a duration of ${formatDuration(leastSeconds)} or more.`);
      return seconds;
    })
    .default(defaultSeconds, formatDuration(defaultSeconds));
}

/** Reads a number option that `accepts` takes; `form` says what that is. */
export function numberWhere(accepts: (value: number) => boolean, form: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !accepts(value)) throw new InvalidArgumentError(`Expected ${form}.`);
    return value;
  };
}
