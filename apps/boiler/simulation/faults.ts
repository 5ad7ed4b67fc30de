import type { Measure } from '../reading.js';
import { measureNames } from '../reading.js';

/** What is wrong with a boiler while a fault lasts; numbers replace or scale what its controllers ask for. */
export type Fault =
  /** The feed pump brings only a share of the water that boils off: the level falls. */
  | { readonly kind: 'feedwater-loss'; readonly feedShare: number; readonly untilSeconds: number }
  /** The fuel valve sticks open: pressure and temperature climb until the safety valve lifts. */
  | { readonly kind: 'burner-runaway'; readonly firing: number; readonly untilSeconds: number }
  /** The flame is out: pressure and temperature fall. */
  | { readonly kind: 'burner-trip'; readonly firing: number; readonly untilSeconds: number }
  /** One sensor is wrong for a moment; the boiler itself is well. */
  | {
      readonly kind: 'sensor-spike';
      readonly measure: Measure;
      readonly factor: number;
      readonly untilSeconds: number;
    };

/** A source of uniform random numbers in [0, 1). */
export type Random = () => number;

/**
 * When the next fault begins: exponential waiting times, so faults are independent and rare.
 *
 * @param faultsPerHour mean rate; 0 means never (Infinity)
 * @returns seconds from now
 */
export function secondsToNextFault(faultsPerHour: number, random: Random): number {
  return faultsPerHour > 0 ? (-Math.log(1 - random()) * 3600) / faultsPerHour : Number.POSITIVE_INFINITY;
}

/** Draws a fault that begins now: half are sensor spikes, the rest are shared by the three process faults. */
export function drawFault(nowSeconds: number, random: Random): Fault {
  const kind = random();
  const lasts = (fromSeconds: number, toSeconds: number) =>
    nowSeconds + fromSeconds + random() * (toSeconds - fromSeconds);
  if (kind < 0.5) {
    return {
      kind: 'sensor-spike',
      measure: measureNames[Math.floor(random() * measureNames.length)]!,
      factor: random() < 0.5 ? 0.5 : 1.5,
      untilSeconds: lasts(0.5, 2),
    };
  }
  if (kind < 0.7) {
    return { kind: 'feedwater-loss', feedShare: 0.1 + 0.2 * random(), untilSeconds: lasts(240, 720) };
  }
  if (kind < 0.85) {
    return { kind: 'burner-runaway', firing: 1.1 + 0.1 * random(), untilSeconds: lasts(240, 600) };
  }
  return { kind: 'burner-trip', firing: 0, untilSeconds: lasts(60, 240) };
}
