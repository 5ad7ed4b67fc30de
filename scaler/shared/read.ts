import { DURATION_FORM, formatDuration, parseDurationSeconds } from './duration.js';
import { ScalerError } from './errors.js';

/**
 * Says that a text is not of the accepted form. The reason is added to the message about the key or setting; it repeats no part of
 * the text that could be secret.
 */
export class Refusal extends Error {
  constructor(readonly reason?: string) {
    super(reason);
  }
}

/** Reads a trimmed text that is not empty. @throws Refusal when the text is not of the accepted form. */
export type Read<T> = (text: string) => T;

/** Any text. */
export const text: Read<string> = (value) => value;

/** A decimal number within bounds, as Go's ParseFloat reads it less hexadecimal, underscores, Inf and NaN. */
export function number(bounds: { min?: number; max?: number; open?: boolean }): Read<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, open = false } = bounds;
  return (value) => {
    if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value)) throw new Refusal();
    const read = Number(value);
    const inside = open ? read > min && read < max : read >= min && read <= max;
    if (!inside || !Number.isFinite(read)) throw new Refusal();
    return read;
  };
}

/** A flag in any of the spellings of Go's ParseBool, which older KEDA scalers used. */
export const boolean: Read<boolean> = (value) => {
  if (['true', 'True', 'TRUE', 't', 'T', '1'].includes(value)) return true;
  if (['false', 'False', 'FALSE', 'f', 'F', '0'].includes(value)) return false;
  throw new Refusal();
};

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Read<T> {
  return (value) => {
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw new Refusal();
    return word;
  };
}

/** A comma-separated list of some of a few words. */
export function someOf<const T extends string>(words: readonly T[]): Read<readonly T[]> {
  const read = oneOf(words);
  return (value) => value.split(',').map((part) => read(part.trim()));
}

/** A duration of whole seconds within bounds. */
export function wholeSeconds(bounds: { min: number; max: number }): Read<number> {
  return (value) => {
    const seconds = durationSeconds(value);
    if (!Number.isInteger(seconds)) throw new Refusal('it is not whole seconds');
    if (seconds < bounds.min) throw new Refusal(`it is below ${formatDuration(bounds.min)}`);
    if (seconds > bounds.max) throw new Refusal(`it is above ${formatDuration(bounds.max)}`);
    return seconds;
  };
}

function durationSeconds(value: string): number {
  try {
    return parseDurationSeconds(value);
  } catch (error) {
    if (error instanceof ScalerError) throw new Refusal(`it is not ${DURATION_FORM}`);
    throw error;
  }
}
