import { z } from 'zod';
import { type SourcesConfig, sourcesSchema } from '../prometheus/source-config.js';
import { HIDDEN, isSecretKey, showAs, withoutSecrets } from '../shared/secret.js';
import { show, showAddress, showKey } from '../shared/show.js';
import { didYouMean } from '../shared/suggest.js';
import type { ConfigFile } from './file.js';

/** Name of the source that SCALER_PROMETHEUS_ADDRESS makes. */
const DEFAULT_SOURCE = 'default';

/**
 * The sources of history, out of the file's `sources` and the two environment variables that speak of them.
 *
 * @returns undefined when a problem was told.
 */
export function loadSources(
  file: ConfigFile,
  environment: Readonly<Record<string, string | undefined>>,
  complain: (problem: string) => void,
): SourcesConfig | undefined {
  const written = file.sources ?? {};
  if (typeof written !== 'object' || Array.isArray(written)) {
    complain(
      `${file.position(['sources'])}: sources: expected a map with "named", "default" or "allowedAddresses"`,
    );
    return undefined;
  }
  const merged = withEnvironment(written as Record<string, unknown>, file, environment, complain);
  if (merged === undefined) return undefined;
  const parsed = sourcesSchema.safeParse(merged);
  if (parsed.success) return showAs({ ...parsed.data }, () => withoutSecrets({ ...parsed.data }));
  for (const issue of parsed.error.issues)
    for (const problem of explain(issue, merged)) {
      const path = ['sources', ...problem.path];
      complain(`${file.position(path)}: ${shownPath(path)}: ${problem.what}`);
    }
  return undefined;
}

function withEnvironment(
  written: Record<string, unknown>,
  file: ConfigFile,
  environment: Readonly<Record<string, string | undefined>>,
  complain: (problem: string) => void,
): Record<string, unknown> | undefined {
  const merged = { ...written };
  const allowed = environment.SCALER_ALLOWED_ADDRESSES?.trim();
  if (allowed) merged.allowedAddresses = allowed.split(',').map((entry) => entry.trim());

  const address = environment.SCALER_PROMETHEUS_ADDRESS?.trim();
  if (!address) return merged;
  const named = (written.named ?? {}) as Record<string, unknown>;
  // Two answers to one question: guessing could send the file's credentials to the variable's address.
  if (written.default !== undefined || Object.hasOwn(named, DEFAULT_SOURCE)) {
    const path = written.default !== undefined ? ['default'] : ['named', DEFAULT_SOURCE];
    complain(
      `${file.position(['sources', ...path])}: sources.${path.join('.')}: SCALER_PROMETHEUS_ADDRESS makes the default source too; keep one of the two`,
    );
    return undefined;
  }
  const probe = sourcesSchema.safeParse({ named: { [DEFAULT_SOURCE]: { address } } });
  if (!probe.success) {
    complain(
      `SCALER_PROMETHEUS_ADDRESS: received ${showAddress(address)}; ${probe.error.issues[0]?.message}`,
    );
    return undefined;
  }
  return { ...merged, named: { ...named, [DEFAULT_SOURCE]: { address } }, default: DEFAULT_SOURCE };
}

interface Problem {
  readonly path: readonly string[];
  readonly what: string;
}

function explain(issue: z.core.$ZodIssue, root: unknown): Problem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      what: `there is no such setting${didYouMean(key, knownKeys(path))}`,
    }));
  const value = path.reduce<unknown>(
    (held, part) => (held as Record<string, unknown> | undefined)?.[part],
    root,
  );
  if (value === undefined) return [{ path, what: 'is missing' }];
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ path, what: `received ${shown(path, value)}; ${message}` }];
}

/** A path as messages name it. What is no name for a header or parameter may be one together with its value. */
function shownPath(path: readonly string[]): string {
  return path
    .map((key, i) =>
      i > 0 && isSecretKey(path[i - 1]!) && !/^[\w-]{1,40}$/.test(key) ? HIDDEN : showKey(key),
    )
    .join('.');
}

function shown(path: readonly string[], value: unknown): string {
  if (path.some(isSecretKey)) return 'a hidden value';
  const isPlain = value === null || typeof value !== 'object';
  // The token itself where a map with it belongs is an easy slip.
  if (isPlain && /^(basic|bearer)$/.test(path.at(-1)!)) return 'a hidden value';
  if (isPlain && (path.at(-1) === 'address' || path.includes('allowedAddresses')))
    return showAddress(String(value));
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a map';
  return typeof value === 'string' ? show(value) : String(value);
}

/** Keys that the schema knows at a path. */
function knownKeys(path: readonly string[]): string[] {
  let schema: JsonSchema | undefined = sourcesJsonSchema();
  for (const part of path) schema = schema?.properties?.[part] ?? asSchema(schema?.additionalProperties);
  return Object.keys(schema?.properties ?? {});
}

/** The part of JSON Schema that says which keys there are. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly default?: unknown;
}

/** What the file may hold under `sources`, for suggestions and for the test of the reference page. */
export function sourcesJsonSchema(): JsonSchema {
  return z.toJSONSchema(sourcesSchema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as JsonSchema;
}

function asSchema(additional: JsonSchema | boolean | undefined): JsonSchema | undefined {
  return typeof additional === 'object' ? additional : undefined;
}
