import type { z } from 'zod';
import { invalid } from './errors.js';
import { metaOf } from './fields.js';
import { isSecretKey, showAddress } from './redact.js';
import { show } from './show.js';
import { didYouMean } from './suggest.js';

/** Most problems in one message. */
const MAX_PROBLEMS = 5;

/** Stands for a secret in messages. */
export const HIDDEN_VALUE = 'a hidden value';

/** Collects what is wrong with an input, so that a user sees it all at once. */
export class Problems {
  readonly #all: string[] = [];

  readonly add = (problem: string): void => {
    this.#all.push(problem);
  };

  /** @throws ScalerError `invalid` with `subject` and the first five problems, if there are any */
  throwIfAny(subject: string): void {
    if (this.#all.length === 0) return;
    const shown = this.#all.slice(0, MAX_PROBLEMS).join('; ');
    const more = this.#all.length > MAX_PROBLEMS ? `; and ${this.#all.length - MAX_PROBLEMS} more` : '';
    throw invalid(`${subject}: ${shown}${more}`);
  }
}

/** A problem with an input, and where it is. */
export interface Problem {
  readonly path: readonly string[];
  /** Such as `received "7"; expected a duration`. */
  readonly what: string;
}

/**
 * The errors of zod in words: the value received (never a secret), why it is wrong, the accepted form, and for an
 * unknown key the one that was probably meant.
 *
 * @param received stands for the value at a path; undefined for the value itself
 */
export function explain(
  error: z.core.$ZodError,
  schema: z.core.$ZodType,
  input: unknown,
  received: (path: readonly string[]) => string | undefined = () => undefined,
): Problem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: [...path, key],
        what: `there is no such setting${didYouMean(key, knownKeys(schema, path))}`,
      }));
    const value = valueAt(input, path);
    const meta = metaOf(path.reduce<z.core.$ZodType | undefined>(childOf, schema));
    const expected = meta?.form && `expected ${meta.form}${meta.example ? `, such as ${meta.example}` : ''}`;
    if (value === undefined) return [{ path, what: `is missing${expected ? `; ${expected}` : ''}` }];
    const hidden = received(path);
    const shown = hidden ?? (meta?.secret ? HIDDEN_VALUE : shownAt(path, value));
    if (!expected) return [{ path, what: `received ${shown}; ${messageOf(issue)}` }];
    // A reason may repeat part of the value.
    const reason = issue.code === 'custom' && hidden === undefined ? issue.params?.reason : undefined;
    return [{ path, what: `received ${shown}${reason ? ` (${reason})` : ''}; ${expected}` }];
  });
}

/** The message of an issue, or of the one inside it about a key. */
export function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  // The words of zod itself are for programmers.
  if (!/^(Invalid|Too) /.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_type') return `expected ${TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small' && issue.origin === 'string') return 'expected text that is not empty';
  if (issue.code === 'too_big' && issue.origin === 'array') return `expected at most ${issue.maximum}`;
  return issue.message;
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
};

/** The schema of the value of a key. */
function childOf(schema: z.core.$ZodType | undefined, key: string): z.core.$ZodType | undefined {
  const def = schema && unwrapped(schema);
  return def?.shape?.[key] ?? def?.valueType ?? def?.element;
}

function knownKeys(schema: z.core.$ZodType, path: readonly string[]): string[] {
  const inner = path.reduce<z.core.$ZodType | undefined>(childOf, schema);
  return Object.keys(inner ? shapeOf(inner) : {});
}

/** The fields of the schema of an object; none for any other. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  return unwrapped(schema).shape ?? {};
}

interface Definition {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
}

/** The definition of a schema without its defaults, transforms and the like. */
export function unwrapped(schema: z.core.$ZodType): Definition {
  const def = schema._zod.def as unknown as Record<'innerType' | 'in', z.core.$ZodType | undefined>;
  const inner = def.innerType ?? def.in;
  return inner === undefined ? (def as Definition) : unwrapped(inner);
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (held, key) => (held as Record<string, unknown> | null | undefined)?.[key],
    input,
  );
}

function shownAt(path: readonly string[], value: unknown): string {
  if (path.some(isSecretKey)) return HIDDEN_VALUE;
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a map';
  // A token may be given by mistake in place of the map with it.
  if (/^(basic|bearer)$/.test(path.at(-1)!)) return HIDDEN_VALUE;
  const isAddress = /^[a-z]+:\/\//i.test(String(value)) || path.some((key) => /(^a|A)ddress(es)?$/.test(key));
  if (isAddress) return showAddress(String(value));
  return typeof value === 'string' ? show(value) : String(value);
}
