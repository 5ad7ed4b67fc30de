import { readSeconds, ValidationError } from '../shared/fields.js';

/** `auto`, `none`, or a comma-separated list of season lengths; shortest first and each once. */
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

/** A time zone of the IANA database, in its canonical spelling. */
export function timezone(value: string): string {
  const known = knownTimezones.get(value);
  if (known !== undefined) return known;
  // Offsets such as +02:00 pass as zones in JavaScript, but they do not follow daylight saving.
  if (!/^[A-Za-z]/.test(value)) throw new ValidationError();
  let canonical: string;
  try {
    canonical = new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) throw new ValidationError();
    throw error;
  }
  // Different spellings of one zone are without number ("uTC"); the bound keeps them from filling memory.
  if (knownTimezones.size < 1000) knownTimezones.set(value, canonical);
  return canonical;
}

/** A formatter costs tens of microseconds to make, and the same few zones are asked for again and again. */
const knownTimezones = new Map<string, string>();

/**
 * `name=value,name=value`, as KEDA writes maps. Only the first `=` of a pair separates, so that a value may hold one;
 * a value cannot hold a comma.
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
