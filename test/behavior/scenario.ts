import { atLocalHour } from './loads.js';

/** Where and when a scenario takes place. */
export interface Setting {
  readonly timezone: string;
  /** A local midnight: the evaluated day begins here, and what lies before is history. */
  readonly midnightSeconds: number;
  /** For everything random. */
  readonly seed: number;
}

/** A number that a user of the scaler wants, and the result in one setting. */
export interface Measurement {
  /** What was measured, with its unit: "pod-hours / reactive, Poisson counts". */
  readonly what: string;
  readonly measured: number;
  /** The measured number must be at least, or at most, this. */
  readonly wanted: { readonly atLeast: number } | { readonly atMost: number };
}

/** Something that a user believes the scaler does, measured from outside over generated loads. */
export interface Scenario {
  /** The belief as a statement: "an idle workload scales to zero". */
  readonly title: string;
  measure(setting: Setting): readonly Measurement[];
}

/** The worst of a measurement over all settings. */
export interface Result extends Measurement {
  readonly scenario: string;
  readonly settings: number;
}

/** Whether a measurement is what is wanted; NaN is not. */
export function isMet({ measured, wanted }: Measurement): boolean {
  return 'atLeast' in wanted ? measured >= wanted.atLeast : measured <= wanted.atMost;
}

/**
 * Settings for every weekday, in zones on both sides of UTC and with odd offsets, two of them on a day with a change of
 * the clocks.
 */
export const SETTINGS: readonly Setting[] = (
  [
    ['UTC', '2026-02-09'],
    ['America/New_York', '2026-06-09'],
    ['Asia/Kolkata', '2026-01-21'],
    ['UTC', '2026-09-03'],
    ['Asia/Tokyo', '2026-05-15'],
    ['Australia/Adelaide', '2026-08-22'],
    ['Europe/Berlin', '2026-03-29'],
    ['America/Los_Angeles', '2026-11-01'],
  ] as const
).map(([timezone, date], seed) => ({
  timezone,
  midnightSeconds: atLocalHour(timezone, Date.parse(`${date}T12:00:00Z`) / 1000, 0),
  seed: 1000 * (seed + 1),
}));

/** Measures scenarios in every setting; of each measurement the worst is kept. */
export function measureAll(
  scenarios: readonly Scenario[],
  settings: readonly Setting[] = SETTINGS,
): readonly Result[] {
  return scenarios.flatMap(({ title, measure }) => {
    const worst = new Map<string, Result>();
    for (const setting of settings)
      for (const measurement of measure(setting)) {
        const known = worst.get(measurement.what);
        const isWorst = !known || isWorse(measurement, known);
        worst.set(measurement.what, {
          ...(isWorst ? measurement : known),
          scenario: title,
          settings: (known?.settings ?? 0) + 1,
        });
      }
    return [...worst.values()];
  });
}

function isWorse(a: Measurement, b: Measurement): boolean {
  if (Number.isNaN(a.measured)) return true;
  return 'atLeast' in a.wanted ? a.measured < b.measured : a.measured > b.measured;
}
