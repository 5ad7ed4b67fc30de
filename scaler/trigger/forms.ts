import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { readSeconds, ValidationError } from '../shared/fields.js';
import { messageOf } from '../shared/problems.js';
import { headersSchema, queryParametersSchema } from '../shared/request-fields.js';

/** The address of a trigger, and the credentials in it. */
export interface TriggerAddress {
  /** Scheme, host, port unless it is the default, and path without a slash at its end. */
  readonly address: string;
  /** From `http://user:password@host`, decoded. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/**
 * Reads the address of a server with the Prometheus HTTP API. Addresses that mean the same become the same text, so
 * that triggers share windows.
 *
 * @throws ValidationError, which repeats nothing of the address, since it may hold a password
 */
export function address(text: string): TriggerAddress {
  if (!URL.canParse(text)) throw new ValidationError('it is not an address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ValidationError('it is neither http nor https');
  if (url.search !== '' || url.hash !== '')
    throw new ValidationError('it has a query or fragment: parameters belong under "queryParameters"');
  return {
    address: url.origin + url.pathname.replace(/\/+$/, ''),
    credentials: url.username === '' && url.password === '' ? undefined : credentials(url),
  };
}

function credentials(url: URL): TriggerAddress['credentials'] {
  try {
    return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch (error) {
    if (error instanceof URIError)
      throw new ValidationError('its user name or password has a broken % escape');
    throw error;
  }
}

/** `auto`, or a duration within bounds. */
export function autoOrSeconds(bounds: { min: number; max: number }) {
  return (value: string): 'auto' | number => (value === 'auto' ? 'auto' : readSeconds(value, bounds));
}

/** A share of time as a percentage, above 0 %. @returns the share, from 0 to 1 */
export function percentage(most: number) {
  return (value: string): number => {
    const number = /^(\d+(?:\.\d+)?|\.\d+)\s*%$/.exec(value)?.[1];
    if (number === undefined)
      throw new ValidationError(/%/.test(value) ? undefined : 'the % sign is missing');
    // 0.7 / 100 is not quite 0.007, which a page would show.
    const share = Number((Number(number) / 100).toPrecision(12));
    if (share <= 0) throw new ValidationError('it must be above 0%');
    if (share > most) throw new ValidationError(`it is above ${100 * most}%`);
    return share;
  };
}

/** Writes a share as `percentage` reads it. @example percentText(0.002) // '0.2%' */
export function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(12))}%`;
}

/** `auto`, `none`, or a comma-separated list of season lengths. @returns the lengths ascending, each once */
export function seasons(most: number) {
  return (value: string): 'auto' | readonly number[] => {
    if (value === 'auto') return 'auto';
    if (value === 'none') return [];
    const parts = value.split(',');
    if (parts.length > most) throw new ValidationError(`it has ${parts.length} lengths; at most ${most}`);
    return [...new Set(parts.map((part) => readSeconds(part.trim(), { min: 1, max: 366 * 86_400 })))].sort(
      (a, b) => a - b,
    );
  };
}

/** A comma-separated list of names. @returns each once */
export function names(most: number) {
  return (value: string): readonly string[] => {
    const parts = [...new Set(value.split(',').map((part) => part.trim()))];
    if (parts.length > most) throw new ValidationError(`it has ${parts.length} names; at most ${most}`);
    if (!parts.every((part) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part)))
      throw new ValidationError('a name is lower case and DNS-safe');
    return Object.freeze(parts);
  };
}

/** A formatter takes tens of microseconds to make. */
const canonicalZones = new LRUCache<string, string>({ max: 1000, memoMethod: canonicalZone });

/** A time zone of the IANA database, in its canonical spelling. */
export function timezone(value: string): string {
  return canonicalZones.memo(value);
}

function canonicalZone(value: string): string {
  // Offsets such as +02:00 pass as zones in JavaScript, but they do not follow daylight saving.
  if (!/^[A-Za-z]/.test(value)) throw new ValidationError();
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) throw new ValidationError();
    throw error;
  }
}

/**
 * `name=value,name=value`, as KEDA writes maps. Values may hold `=` but no comma.
 *
 * @see https://github.com/kedacore/keda/blob/main/pkg/scalers/scalersconfig/typed_config.go (setConfigValueMap)
 */
export function pairs(checkPair: (name: string, value: string) => void, most: number) {
  return (text: string): ReadonlyMap<string, string> => {
    const read = new Map<string, string>();
    const parts = text.split(',');
    if (parts.length > most) throw new ValidationError(`it has ${parts.length} pairs; at most ${most}`);
    for (const part of parts) {
      const separator = part.indexOf('=');
      const name = part.slice(0, Math.max(separator, 0)).trim();
      if (name === '') throw new ValidationError(`pair ${read.size + 1} is not name=value`);
      const value = part.slice(separator + 1).trim();
      checkPair(name, value);
      if (read.has(name)) throw new ValidationError(`"${name}" comes twice`);
      read.set(name, value);
    }
    return read;
  };
}

/**
 * Checks a header of a trigger, by the rules for the headers of a named source.
 *
 * @throws ValidationError, which names the header only if the name cannot be a secret put there by mistake
 */
export const checkHeader = checkPair(headersSchema, 'header');

/** Checks a parameter of a trigger. Errors as for `checkHeader`. */
export const checkQueryParameter = checkPair(queryParametersSchema, 'parameter');

function checkPair(schema: z.ZodType, what: string) {
  return (name: string, value: string): void => {
    const [issue] = schema.safeParse({ [name]: value }).error?.issues ?? [];
    if (issue === undefined) return;
    const message = messageOf(issue);
    const isPlain = /^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(name);
    throw new ValidationError(isPlain ? `${what} "${name}": ${message}` : message);
  };
}
