/**
 * The usual load of a web service over a week, as a share of its weekday evening peak: about 0.1 at night, about 1 at
 * the peak. Working days have a morning rise, a lunch dip, an afternoon and an evening peak; weekends start late and
 * stay lower. No randomness here: history simulator, app gauges and load tests all follow this one curve.
 *
 * Kept free of imports, so that k6 can load this file as it is.
 */

/** One rounded hill of load on top of the night's level. */
interface Hill {
  /** Hour of the day (0-24) at which the hill is highest. */
  atHour: number;
  /** Share of the peak that the hill adds at its top. */
  height: number;
  /** Standard deviation in hours: the hill is about 2.4 times as wide at half of its height. */
  widthHours: number;
}

const NIGHT_LEVEL = 0.1;

const workingDay: readonly Hill[] = [
  { atHour: 10.5, height: 0.65, widthHours: 1.7 },
  { atHour: 15.5, height: 0.55, widthHours: 1.7 },
  { atHour: 20, height: 0.88, widthHours: 1.5 },
];

const weekendDay: readonly Hill[] = [
  { atHour: 14, height: 0.3, widthHours: 3 },
  { atHour: 20.5, height: 0.45, widthHours: 1.8 },
];

/** Factor of each weekday, from Sunday (0) to Saturday (6): Mondays and Fridays are the busy days. */
const weekdayFactors: readonly number[] = [0.9, 1.06, 1, 0.98, 1, 1.08, 1];

/**
 * The usual load at a time of the week.
 * @param weekday 0 (Sunday) to 6 (Saturday), as `Date.getUTCDay` counts
 * @param hour hour of that day with its fraction, from 0 up to but not including 24
 * @returns share of the weekday evening peak, above 0, at most about 1.1
 */
export function usualLoad(weekday: number, hour: number): number {
  const hills = weekday === 0 || weekday === 6 ? weekendDay : workingDay;
  let load = NIGHT_LEVEL;
  for (const { atHour, height, widthHours } of hills) {
    // The clock is a circle: 23:30 is one hour from 00:30.
    const apart = Math.abs(hour - atHour);
    const hoursAway = Math.min(apart, 24 - apart);
    load += height * Math.exp(-0.5 * (hoursAway / widthHours) ** 2);
  }
  return load * weekdayFactors[weekday]!;
}

/** {@link usualLoad} at a point in time, read as UTC. @param epochSeconds seconds since the Unix epoch */
export function usualLoadAt(epochSeconds: number): number {
  const days = Math.floor(epochSeconds / 86_400);
  // 1 January 1970 was a Thursday.
  return usualLoad((((days + 4) % 7) + 7) % 7, (epochSeconds - days * 86_400) / 3600);
}
