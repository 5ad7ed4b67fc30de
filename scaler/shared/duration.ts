import { invalid, type ScalerError } from './errors.js';

const SECOND = 1;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds in each unit, longest first. As in Prometheus a day is 24 hours and a year 365 days. */
const UNIT_SECONDS: Readonly<Record<string, number>> = {
  y: 365 * DAY,
  w: 7 * DAY,
  d: DAY,
  h: HOUR,
  m: MINUTE,
  s: SECOND,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6, // micro sign, U+00B5
  μs: 1e-6, // Greek mu, U+03BC: Go reads both
  ns: 1e-9,
};

/** Units in which durations are written. */
const WRITTEN_UNITS = ['w', 'd', 'h', 'm', 's', 'ms'] as const;

/** Form of a duration, for messages and reference pages. */
export const DURATION_FORM = 'a duration such as 90s, 15m, 2h30m, 14d or 1w';

/** Longer text is no sensible duration; the bound keeps hostile input cheap. */
const MAX_LENGTH = 64;

const SHAPE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|[smhdwy]))+$/;
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|[smhdwy])/g;

/**
 * Reads a duration as Prometheus and Go write it: numbers with a unit, largest unit first, each unit at most once
 * (`90s`, `2h30m`, `1d12h`, `1w`, `500ms`, `1.5h`), or a bare `0`. Another order is refused, as in Prometheus: it is
 * usually a mistake.
 *
 * @returns seconds, with fractions
 * @throws ScalerError `invalid`, with the text received and the accepted form
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
 * @see https://pkg.go.dev/time#ParseDuration
 * @example parseDurationSeconds('2h30m') // 9000
 */
export function parseDurationSeconds(text: string): number {
  const trimmed = text.trim();
  if (trimmed === '0') return 0;
  if (trimmed.length > MAX_LENGTH) throw wrong(text, `it is longer than ${MAX_LENGTH} characters`);
  if (/^\d+(\.\d+)?$/.test(trimmed)) throw wrong(text, 'the unit is missing');
  if (!SHAPE.test(trimmed)) throw wrong(text);

  let seconds = 0;
  let previousUnitSeconds = Number.POSITIVE_INFINITY;
  for (const [, amount, unit] of trimmed.matchAll(PART)) {
    const unitSeconds = UNIT_SECONDS[unit!]!;
    if (unitSeconds >= previousUnitSeconds) throw wrong(text, 'each unit comes once, the largest first');
    previousUnitSeconds = unitSeconds;
    seconds += Number(amount) * unitSeconds;
  }
  if (!Number.isSafeInteger(Math.ceil(seconds))) throw wrong(text, 'it is too long to count in seconds');
  // Adding parts (1 s + 1 ms) may change the last bit; the first 15 digits are exact.
  return Number(seconds.toPrecision(15));
}

/**
 * Writes seconds, to the millisecond, as `parseDurationSeconds` reads them.
 *
 * @throws RangeError when `seconds` is negative or not finite
 * @example formatDuration(9000) // '2h30m'
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) throw new RangeError(`not a duration: ${seconds} seconds`);
  let milliseconds = Math.round(seconds * 1000);
  if (milliseconds === 0) return '0s';
  let text = '';
  for (const unit of WRITTEN_UNITS) {
    const unitMilliseconds = Math.round(UNIT_SECONDS[unit]! * 1000);
    const amount = Math.floor(milliseconds / unitMilliseconds);
    if (amount === 0) continue;
    // `15d` is easier to read than `2w1d`.
    if (unit === 'w' && milliseconds % unitMilliseconds !== 0) continue;
    text += `${amount}${unit}`;
    milliseconds -= amount * unitMilliseconds;
  }
  return text;
}

function wrong(text: string, why?: string): ScalerError {
  const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  const reason = why === undefined ? '' : ` (${why})`;
  return invalid(`${JSON.stringify(shown)} is not a duration${reason}; write ${DURATION_FORM}`);
}
