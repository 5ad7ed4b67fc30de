import { z } from 'zod';
import { ConfigurationError } from './configuration-error.js';

/** What the schema of one environment variable says about itself, for error messages and for the README table. */
interface VariableMeta {
  /** The accepted form, as the end of the sentence "expected ...". */
  form: string;
  /** What the variable is for, in one sentence. */
  meaning: string;
  /** What a README shows as default: the value, `none` (optional) or `required`. */
  shownDefault: string;
  /** True when the value must never be printed. */
  secret: boolean;
}

interface VariableOptions<Value> {
  /** What the variable is for, in one sentence. */
  meaning: string;
  /** The value when the variable is unset or empty; without it the variable is required. */
  default?: Value;
}

const metaOfVariables = z.registry<VariableMeta>();

/** A free text. @throws nothing by itself; see {@link readEnvironment} */
export function text(options: VariableOptions<string> & { secret?: boolean }) {
  return variable(z.string(), { ...options, form: 'a text' });
}

/** A text that may be absent: `undefined` when the variable is unset or empty. */
export function optionalText(options: { meaning: string; secret?: boolean }) {
  return z.preprocess(emptyToUndefined, z.string().optional()).register(metaOfVariables, {
    form: 'a text',
    meaning: options.meaning,
    shownDefault: 'none',
    secret: options.secret ?? false,
  });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  options: VariableOptions<Words[number]>,
) {
  return variable(z.enum(words), { ...options, form: `one of ${words.join(', ')}` });
}

/** A whole number from `min` to `max`, both included. */
export function wholeNumber(options: VariableOptions<number> & { min: number; max: number }) {
  const { min, max } = options;
  return variable(z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().min(min).max(max)), {
    ...options,
    form: `a whole number from ${min} to ${max}`,
  });
}

/** A number from `min` to `max`, both included, fractions allowed. */
export function decimalNumber(options: VariableOptions<number> & { min: number; max: number }) {
  const { min, max } = options;
  return variable(
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
    { ...options, form: `a number from ${min} to ${max}` },
  );
}

/** A TCP port to listen on; 0 lets the system choose a free one, which is logged. */
export function port(options: VariableOptions<number>) {
  return wholeNumber({ ...options, min: 0, max: 65_535 });
}

/** A URL of one of the given schemes. @param options.protocols such as `['http:', 'https:']` */
export function url(options: VariableOptions<string> & { protocols: readonly string[]; secret?: boolean }) {
  return variable(
    z.string().refine((value) => isUrl(value, options.protocols)),
    {
      ...options,
      form: formOfUrl(options.protocols),
    },
  );
}

/** A URL that may be absent: `undefined` when the variable is unset or empty. */
export function optionalUrl(options: { meaning: string; protocols: readonly string[]; secret?: boolean }) {
  return z
    .preprocess(
      emptyToUndefined,
      z
        .string()
        .refine((value) => isUrl(value, options.protocols))
        .optional(),
    )
    .register(metaOfVariables, {
      form: formOfUrl(options.protocols),
      meaning: options.meaning,
      shownDefault: 'none',
      secret: options.secret ?? false,
    });
}

/** Comma-separated http(s) URLs; unset or empty gives an empty list. */
export function urlList(options: { meaning: string }) {
  const protocols = ['http:', 'https:'];
  return z
    .preprocess(
      (value) => (typeof value === 'string' ? value : ''),
      z
        .string()
        .transform((value) =>
          value
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== ''),
        )
        .refine((items) => items.every((item) => isUrl(item, protocols))),
    )
    .register(metaOfVariables, {
      form: 'http:// or https:// URLs separated by commas, such as http://app-b:8000/process',
      meaning: options.meaning,
      shownDefault: 'none',
      secret: false,
    });
}

/** One row of an app's table of variables. */
export interface VariableDescription {
  name: string;
  /** The default as text, `none` when the variable is optional, `required` when it must be set. */
  default: string;
  meaning: string;
}

/**
 * The variables of a schema, in its order, as a README shows them.
 * @throws Error when a field was not made by a function of this file
 */
export function describeVariables(schema: z.ZodObject): VariableDescription[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { shownDefault, meaning } = metaOf(name, field);
    return { name, default: shownDefault, meaning };
  });
}

/**
 * Reads the variables of `schema` from the environment, once, at start. An empty variable counts as unset, because
 * compose files and Kubernetes manifests pass empty values for what the operator left out.
 * @returns the checked values, frozen
 * @throws ConfigurationError that lists every wrong variable with its value (secrets hidden) and the accepted form
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, environment[name]]));
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const wrong = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  throw new ConfigurationError(
    wrong.map((name) => complaintAbout(name, schema.shape[name]!, given[name])).join('\n'),
  );
}

function complaintAbout(name: string, field: z.core.$ZodType, value: string | undefined): string {
  const { form, meaning, secret } = metaOf(name, field);
  if (value === undefined || value === '')
    return `${name} is not set: expected ${form}. ${meaning} Set ${name} in the environment.`;
  return `${name} is ${secret ? 'not valid (value hidden)' : JSON.stringify(value)}: expected ${form}.`;
}

function metaOf(name: string, field: z.core.$ZodType): VariableMeta {
  const meta = metaOfVariables.get(field);
  if (meta === undefined) throw new Error(`${name} was not declared with the functions of environment.ts`);
  return meta;
}

function variable<Output>(
  inner: z.ZodType<Output, string>,
  options: VariableOptions<Output> & { form: string; secret?: boolean },
) {
  const { form, meaning, secret = false } = options;
  const filled = options.default === undefined ? inner : inner.default(() => options.default as never);
  return z.preprocess(emptyToUndefined, filled as z.ZodType<Output>).register(metaOfVariables, {
    form,
    meaning,
    shownDefault: options.default === undefined ? 'required' : String(options.default),
    secret,
  });
}

function emptyToUndefined(value: unknown): unknown {
  return value === '' ? undefined : value;
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol);
}

function formOfUrl(protocols: readonly string[]): string {
  return `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`;
}
