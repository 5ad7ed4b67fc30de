import { z } from 'zod';
import {
  defaulted,
  metaOf,
  number,
  optional,
  readWith,
  required,
  ValidationError,
  whole,
} from '../../scaler/shared/fields.js';
import { explain } from '../../scaler/shared/problems.js';
import { ConfigurationError } from './configuration-error.js';

interface VariableOptions<Value> {
  /** What the variable is for, in one sentence. */
  meaning: string;
  /** The value when the variable is unset or empty; without it the variable is required. */
  default?: Value;
  /** True when the value must never be printed. */
  secret?: boolean;
}

type OptionalOptions = Omit<VariableOptions<never>, 'default'>;

interface Schemes {
  /** Such as `['http:', 'https:']`. */
  protocols: readonly string[];
}

/** A free text. */
export function text(options: VariableOptions<string>) {
  return variable(z.string(), 'a text', options);
}

/** A text of letters, digits and `_.:-`, for names that other programs read. */
export function plainName({ maxLength, ...options }: VariableOptions<string> & { maxLength: number }) {
  const shape = new RegExp(`^[\\w.:-]{1,${maxLength}}$`);
  return variable(z.string().regex(shape), `1 to ${maxLength} letters, digits and _.:-`, options);
}

/** A text that may be absent: `undefined` when the variable is unset or empty. */
export function optionalText(options: OptionalOptions) {
  return optional('none', z.string(), { ...options, form: 'a text' });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  options: VariableOptions<Words[number]>,
) {
  return variable(z.enum(words), `one of ${words.join(', ')}`, options);
}

/** A whole number from `min` to `max`, both included. */
export function wholeNumber({
  min,
  max,
  ...options
}: VariableOptions<number> & { min: number; max: number }) {
  return variable(whole(min, max), `a whole number from ${min} to ${max}`, options);
}

/** A number from `min` to `max`, both included, fractions allowed. */
export function decimalNumber({
  min,
  max,
  ...options
}: VariableOptions<number> & { min: number; max: number }) {
  return variable(number({ min, max }), `a number from ${min} to ${max}`, options);
}

/** A TCP port to listen on; 0 lets the system choose a free one, which is logged. */
export function port(options: VariableOptions<number>) {
  return wholeNumber({ ...options, min: 0, max: 65_535 });
}

/** A URL of one of the given schemes. */
export function url({ protocols, ...options }: VariableOptions<string> & Schemes) {
  return variable(urlOf(protocols), formOfUrl(protocols), options);
}

/** A URL that may be absent: `undefined` when the variable is unset or empty. */
export function optionalUrl({ protocols, ...options }: OptionalOptions & Schemes) {
  return optional('none', urlOf(protocols), { ...options, form: formOfUrl(protocols) });
}

/** Comma-separated http(s) URLs; unset or empty gives an empty list. */
export function urlList({ meaning }: { meaning: string }) {
  const list = readWith((value) => {
    const items = value.split(',').map((item) => item.trim());
    const given = items.filter((item) => item !== '');
    if (!given.every((item) => isUrl(item, ['http:', 'https:']))) throw new ValidationError();
    if (given.some((item) => new URL(item).username + new URL(item).password !== ''))
      throw new ValidationError('fetch takes no user and password in a URL');
    return given;
  });
  const form = 'http:// or https:// URLs separated by commas, such as http://app-b:8000/process';
  return defaulted('', list, { form, meaning, shownDefault: 'none' });
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
    const meta = metaOf(field);
    if (meta === undefined) throw new Error(`${name} was not declared with the functions of environment.ts`);
    return { name, default: meta.shownDefault ?? 'required', meaning: meta.meaning };
  });
}

/**
 * Reads the variables of `schema` from the environment, once, at start. An empty variable counts as unset, because
 * compose files and Kubernetes manifests pass empty values for what the operator left out.
 * @returns the checked values, frozen
 * @throws ConfigurationError with a line for every wrong variable: its value (secrets hidden) and the accepted form
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, environment[name] || undefined]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = explain(parsed.error, schema, given);
  throw new ConfigurationError(problems.map(({ path, what }) => `${path[0]}: ${what}`).join('\n'));
}

function variable<Value extends string | number>(
  schema: z.ZodType<Value>,
  form: string,
  { default: value, ...meta }: VariableOptions<Value>,
) {
  if (value === undefined) return required(schema, { ...meta, form });
  return defaulted(String(value), schema, { ...meta, form, shownDefault: String(value) });
}

function urlOf(protocols: readonly string[]): z.ZodType<string> {
  return z.string().refine((value) => isUrl(value, protocols));
}

/** Whether a text is a URL of one of the given schemes that names a host. */
export function isUrl(value: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocols.includes(protocol) && hostname !== '';
}

function formOfUrl(protocols: readonly string[]): string {
  return `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')} and a host`;
}
