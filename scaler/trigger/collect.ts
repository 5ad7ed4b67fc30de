import { show } from '../shared/show.js';
import { didYouMean } from '../shared/suggest.js';
import {
  aliases,
  kedaKeys,
  keysWithoutEffect,
  TRIGGER_LIMITS,
  type TriggerKeyName,
  triggerKeys,
} from './keys.js';

/** Ending of a key whose value KEDA took from an environment variable of the workload. */
const FROM_ENV = 'FromEnv';

/** A key as the metadata gave it. */
export interface Given {
  /** The key as it was written, for messages. */
  readonly spelling: string;
  /** Trimmed; never empty. */
  readonly value: string;
  /** Came through `…FromEnv`: what an environment variable holds may be secret whatever the key. */
  readonly fromEnvironment: boolean;
}

/** Every key that is given, by its proper name. */
export type GivenKeys = ReadonlyMap<TriggerKeyName, Given>;

const spellings: ReadonlyMap<string, TriggerKeyName> = new Map([
  ...(Object.keys(triggerKeys) as TriggerKeyName[]).map((name) => [name, name] as const),
  ...Object.entries(aliases),
]);

/** Keys whose value opens a door. */
const credentialKeys: ReadonlySet<TriggerKeyName> = new Set(['bearerToken', 'password', 'customAuthValue']);

/**
 * What keeps metadata from being looked at in detail: too many keys, or one that is too long. Checked first, and cheap
 * whatever was sent.
 *
 * @returns the problem, or undefined.
 */
export function oversize(metadata: Readonly<Record<string, string>>): string | undefined {
  const keys = Object.keys(metadata);
  if (keys.length > TRIGGER_LIMITS.keys)
    return `it has ${keys.length} keys; at most ${TRIGGER_LIMITS.keys} are accepted`;
  for (const key of keys) {
    if (key.length > TRIGGER_LIMITS.keyLength)
      return `it has a key of ${key.length} characters; at most ${TRIGGER_LIMITS.keyLength} are accepted`;
    const { length } = metadata[key]!;
    if (length > TRIGGER_LIMITS.valueLength)
      return `key ${show(key)} is ${length} characters long; at most ${TRIGGER_LIMITS.valueLength} are accepted`;
  }
  return undefined;
}

/**
 * Sorts metadata into known keys under their proper names and notices about the rest.
 *
 * @returns the known keys, and those that nobody knows.
 */
export function collectKeys(
  metadata: Readonly<Record<string, string>>,
  complain: (key: string, what: string) => void,
  notice: (text: string) => void,
): { given: GivenKeys; unknown: readonly string[] } {
  const given = new Map<TriggerKeyName, Given>();
  const unknown: string[] = [];
  for (const [spelling, text] of Object.entries(metadata)) {
    const fromEnvironment = !spellings.has(spelling) && spelling.endsWith(FROM_ENV);
    const base = fromEnvironment ? spelling.slice(0, -FROM_ENV.length) : spelling;
    const name = spellings.get(base);
    const value = text.trim();
    if (name === undefined) {
      if (Object.hasOwn(keysWithoutEffect, base))
        notice(`key "${base}" has no effect: ${keysWithoutEffect[base]}`);
      else if (!kedaKeys.has(base)) unknown.push(base);
      continue;
    }
    // KEDA reads an empty value as none.
    if (value === '') continue;
    const other = given.get(name);
    if (other !== undefined && other.value !== value)
      complain(spelling, `and key "${other.spelling}" mean the same and have different values; keep one`);
    given.set(name, { spelling, value, fromEnvironment });
    if (credentialKeys.has(name) && !fromEnvironment)
      notice(
        `key "${name}" stands in the ScaledObject, where everyone who may read that sees it; use "${name}${FROM_ENV}" or a named source`,
      );
  }
  const absent = [...spellings].filter(([, name]) => !given.has(name)).map(([spelling]) => spelling);
  for (const key of unknown)
    notice(`key ${show(key)} is not known and has no effect${didYouMean(key, absent)}`);
  return { given, unknown };
}
