import { z } from 'zod';
import { DURATION_FORM, formatDuration, parseDurationSeconds } from './duration.js';
import { ScalerError } from './errors.js';
import { show } from './show.js';

/** Description of a field, for error messages and reference pages. */
export interface FieldMeta {
  /** Accepted form with the unit, after "expected ..."; undefined where the schema has messages. */
  readonly form?: string;
  readonly meaning: string;
  /** Default in the reference; undefined for a required field. */
  readonly shownDefault?: string;
  readonly example?: string;
  /** Whether messages must not repeat the value. */
  readonly secret?: boolean;
}

const metaOfFields = z.registry<FieldMeta>();

/** The description of a field; undefined for another schema. */
export function metaOf(schema: z.core.$ZodType | undefined): FieldMeta | undefined {
  return schema && metaOfFields.get(schema);
}

/** Describes a field of structured data. */
export function described<Schema extends z.ZodType>(
  schema: Schema,
  shownDefault: string | undefined,
  meaning: string,
): Schema {
  metaOfFields.add(schema, { meaning, ...(shownDefault !== undefined && { shownDefault }) });
  return schema;
}

/** A value that must be given. */
export function required<T>(schema: z.ZodType<T>, meta: FieldMeta): z.ZodType<T> {
  return schema.clone().register(metaOfFields, meta);
}

/** A value with a default, which is read like a given one. */
export function defaulted<T>(
  text: string,
  schema: z.ZodType<T>,
  meta: FieldMeta,
): z.ZodPrefault<z.ZodType<T>> {
  return schema.prefault(text).register(metaOfFields, { shownDefault: `\`${text}\``, ...meta });
}

/** A value that may be absent. @param absent default in the reference */
export function optional<T>(
  absent: string,
  schema: z.ZodType<T>,
  meta: FieldMeta,
): z.ZodOptional<z.ZodType<T>> {
  return schema.optional().register(metaOfFields, { shownDefault: absent, ...meta });
}

/** A text is not of the accepted form. The reason must not repeat what could be secret. */
export class ValidationError extends Error {
  constructor(readonly reason?: string) {
    super(reason);
  }
}

/** A schema that reads text with a function, which throws a ValidationError for text that it does not accept. */
export function readWith<T>(read: (text: string) => T): z.ZodType<T> {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      const { reason } = error;
      context.addIssue({ code: 'custom', message: reason, params: { reason } });
      return z.NEVER;
    }
  });
}

/** Any text. */
export const text: z.ZodType<string> = z.string();

/** A decimal number as Go's ParseFloat reads it, without hexadecimal, underscores, Inf and NaN. */
export function number(bounds: { min: number; max: number; open?: boolean }): z.ZodType<number> {
  return readWith((value) => {
    const read = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value) ? Number(value) : Number.NaN;
    const { min, max, open = false } = bounds;
    if (!(open ? read > min && read < max : read >= min && read <= max)) throw new ValidationError();
    return read;
  });
}

/** A whole number within bounds. */
export function whole(min: number, max: number): z.ZodType<number> {
  return number({ min, max }).refine(Number.isInteger, { params: { reason: 'it is not whole' } });
}

/** A number of structured data within bounds. @param bounds `open` excludes `min`; `whole` excludes fractions */
export function amount(bounds: {
  min: number;
  max: number;
  open?: boolean;
  whole?: boolean;
}): z.ZodType<number, number> {
  const { min, max, open = false, whole: isWhole = false } = bounds;
  const range = open ? `above ${min} and up to ${short(max)}` : `from ${min} to ${short(max)}`;
  const error = `expected a ${isWhole ? 'whole ' : ''}number ${range}`;
  return z
    .number(error)
    .refine(
      (value) => (open ? value > min : value >= min) && value <= max && (!isWhole || Number.isInteger(value)),
      error,
    );
}

/** Writes a bound: 1000, 1e15. */
function short(value: number): string {
  return value < 1e9 ? String(value) : value.toExponential().replace('+', '');
}

/** A flag in any of the spellings of Go's ParseBool, which older KEDA scalers used. */
export const boolean: z.ZodType<boolean> = z.stringbool({
  truthy: ['true', 'True', 'TRUE', 't', 'T', '1'],
  falsy: ['false', 'False', 'FALSE', 'f', 'F', '0'],
  case: 'sensitive',
});

/** A comma-separated list of some of a few words. */
export function someOf<const T extends string>(words: readonly T[]): z.ZodType<readonly T[]> {
  return readWith((value) =>
    value.split(',').map((part) => {
      const word = words.find((candidate) => candidate === part.trim());
      if (word === undefined) throw new ValidationError(`${show(part.trim())} is none of them`);
      return word;
    }),
  );
}

/** Bounds of a duration, in seconds. */
interface Seconds {
  readonly min: number;
  readonly max: number;
  /** Whether parts of a second are accepted. */
  readonly fractions?: boolean;
}

/** A duration within bounds. */
export const seconds = (bounds: Seconds): z.ZodType<number> =>
  readWith((value) => readSeconds(value, bounds));

/** @throws ValidationError when the text is not a duration within bounds */
export function readSeconds(value: string, { min, max, fractions = false }: Seconds): number {
  const seconds = durationSeconds(value);
  if (!fractions && !Number.isInteger(seconds)) throw new ValidationError('it is not whole seconds');
  if (seconds < min) throw new ValidationError(`it is below ${formatDuration(min)}`);
  if (seconds > max) throw new ValidationError(`it is above ${formatDuration(max)}`);
  return seconds;
}

/** Text, unless the check throws a ValidationError. */
export const checked = (check: (text: string) => void): z.ZodType<string> =>
  readWith((value) => {
    check(value);
    return value;
  });

/** A user name for HTTP basic authentication. */
export const userName: z.ZodType<string> = checked((value) => {
  if (value.includes(':'))
    throw new ValidationError('it has a colon, which basic authentication cannot carry');
});

function durationSeconds(value: string): number {
  try {
    return parseDurationSeconds(value);
  } catch (error) {
    if (error instanceof ScalerError) throw new ValidationError(`it is not ${DURATION_FORM}`);
    throw error;
  }
}
