import type { Samples } from '../../scaler/history/samples.js';
import { smoothNoise, whiteNoise } from '../../scaler/shared/noise.js';

/** A generated load: its value at a moment in epoch seconds; NaN where the series is absent. Equal in every run. */
export type Load = (atSeconds: number) => number;

/** A moment on the wall clock of a zone. */
export interface WallTime {
  /** Days since 1970-01-01 by the local calendar. */
  readonly day: number;
  /** 0 (Sunday) to 6 (Saturday). */
  readonly weekday: number;
  /** Hour of the day with its fraction, from 0 up to 24. */
  readonly hour: number;
}

const QUARTER_SECONDS = 900;
const DAY_SECONDS = 86_400;

/** Reads the wall clock of an IANA zone, daylight saving time included. No zone changes its offset within a quarter hour. */
export function wallClock(timezone: string): (atSeconds: number) => WallTime {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const offsets = new Map<number, number>();
  return (atSeconds) => {
    const quarter = Math.floor(atSeconds / QUARTER_SECONDS) * QUARTER_SECONDS;
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      offset = Date.parse(`${format.format(quarter * 1000).replace(' ', 'T')}Z`) / 1000 - quarter;
      offsets.set(quarter, offset);
    }
    const local = atSeconds + offset;
    const day = Math.floor(local / DAY_SECONDS);
    // 1970-01-01 was a Thursday.
    return { day, weekday: (((day + 4) % 7) + 7) % 7, hour: (local - day * DAY_SECONDS) / 3600 };
  };
}

/** Epoch seconds of a wall time, `hour` hours after the local midnight of the day that holds `nearSeconds`. */
export function atLocalHour(timezone: string, nearSeconds: number, hour: number): number {
  const read = wallClock(timezone);
  const { day } = read(nearSeconds);
  let at = nearSeconds;
  // Twice, because the first correction may cross a change of the clocks.
  for (let round = 0; round < 2; round++) {
    const wall = read(at);
    at += (day - wall.day) * DAY_SECONDS + (hour - wall.hour) * 3600;
  }
  return Math.round(at);
}

/**
 * A load that differs between some hours of the day and the rest of it.
 *
 * @param hours from and to; a span across midnight has `from` above `to`
 * @param weekdays days on which `inside` holds, 0 (Sunday) to 6; every day when left out
 */
export function byHours(
  timezone: string,
  [from, to]: readonly [number, number],
  inside: Load,
  outside: Load,
  weekdays: readonly number[] = [0, 1, 2, 3, 4, 5, 6],
): Load {
  const read = wallClock(timezone);
  return (atSeconds) => {
    const { hour, weekday } = read(atSeconds);
    const isIn = from <= to ? hour >= from && hour < to : hour >= from || hour < to;
    return isIn && weekdays.includes(weekday) ? inside(atSeconds) : outside(atSeconds);
  };
}

/** Always the same. */
export function constant(value: number): Load {
  return () => value;
}

/** Rises and falls like a sine over the day: `low` at 03:00, `high` at 15:00. */
export function dayWave(timezone: string, low: number, high: number): Load {
  const read = wallClock(timezone);
  return (atSeconds) =>
    low + ((high - low) * (1 - Math.cos((2 * Math.PI * (read(atSeconds).hour - 3)) / 24))) / 2;
}

/** A load with noise of its own size: uniform, up to `share` of the value to either side, new in each minute. */
export function withNoise(load: Load, seed: number, share: number): Load {
  const noise = whiteNoise(seed);
  return (atSeconds) => load(atSeconds) * (1 + share * (2 * noise(Math.floor(atSeconds / 60)) - 1));
}

/** A load that wanders for hours at a time: up to `share` of the value to either side. */
export function wandering(load: Load, seed: number, share: number, hours = 2): Load {
  const noise = smoothNoise(seed, hours * 3600);
  return (atSeconds) => load(atSeconds) * (1 + share * noise(atSeconds));
}

/** Counts of events in each minute, Poisson distributed round the rate that a load gives. */
export function counts(rate: Load, seed: number): Load {
  const noise = whiteNoise(seed);
  return (atSeconds) => poisson(rate(atSeconds), noise(Math.floor(atSeconds / 60)));
}

/**
 * Bursts at random moments: each lasts `minutes`, and one begins `perDay` times a day on average.
 *
 * @param outside the load between bursts
 */
export function bursts(seed: number, perDay: number, minutes: number, inside: Load, outside: Load): Load {
  const begins = whiteNoise(seed);
  const chance = perDay / 1440;
  return (atSeconds) => {
    const minute = Math.floor(atSeconds / 60);
    for (let back = 0; back < minutes; back++) if (begins(minute - back) < chance) return inside(atSeconds);
    return outside(atSeconds);
  };
}

/** A load with something else between two moments: an incident, an outlier, an absence (`constant(NaN)`). */
export function replacedBetween(load: Load, fromSeconds: number, toSeconds: number, other: Load): Load {
  return (atSeconds) => (atSeconds >= fromSeconds && atSeconds < toSeconds ? other : load)(atSeconds);
}

/** Samples of a load at whole multiples of `everySeconds` in `[fromSeconds, toSeconds)`, without absent ones. */
export function samplesOf(load: Load, fromSeconds: number, toSeconds: number, everySeconds = 60): Samples {
  const timestamps: number[] = [];
  const values: number[] = [];
  for (let at = Math.ceil(fromSeconds / everySeconds) * everySeconds; at < toSeconds; at += everySeconds) {
    const value = load(at);
    if (Number.isNaN(value)) continue;
    timestamps.push(at);
    values.push(value);
  }
  return { timestamps: Float64Array.from(timestamps), values: Float64Array.from(values) };
}

/** The Poisson distributed number at a place of its cumulative distribution between 0 and 1. */
function poisson(mean: number, place: number): number {
  if (!(mean > 0)) return 0;
  let count = 0;
  let probability = Math.exp(-mean);
  let sum = probability;
  while (sum < place && probability > 0) {
    count++;
    probability *= mean / count;
    sum += probability;
  }
  return count;
}
