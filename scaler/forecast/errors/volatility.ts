import type { Origins } from '../origins.js';
import type { SeasonSlots } from '../seasons/local-time.js';
import { sumBySlot } from '../seasons/sum-by-slot.js';
import type { Volatility } from '../types.js';
import { quantileOfSorted } from './quantile-of-sorted.js';

/**
 * How large the next error will be. Errors are larger at some times of the day (the morning rise, a nightly job), and
 * large ones come in spells: a restless hour is followed by another. So the expected size is
 *
 *     typical[slot of the day] * ratio ^ 0.85,     ratio += memory * (|error| / typical - ratio)
 *
 * a seasonal form of the idea of Engle (1982) and Taylor (1986), with absolute instead of squared errors because
 * loads have spikes. The exponent is below 1 because a spell usually ends sooner than its newest errors suggest.
 */
const EXPONENT = 0.85;

/** Errors are forgotten over this time. */
const MEMORY_SECONDS = 5400;

/** An error is sudden when it is this many times the typical one and more than twice the one before. */
const SUDDEN = 6;

/** The typical error of a slot is taken over this time before and after it. */
const SMOOTHING_SECONDS = 7200;

/** Share of the overall mean in each slot's typical error, so that no slot has an expected error of 0. */
const SHARED = 0.1;

/** Errors above this quantile of all errors count as the quantile: one incident must not widen the margin of every day at its hour. */
const ORDINARY_SHARE = 0.99;

/** Expected size of an error in a slot of the day at a present ratio. Above 0 as soon as there ever was an error. */
export function expectedError(typical: number, ratio: number): number {
  return typical * ratio ** EXPONENT;
}

/** How long every value must be far below its forecast before a load counts as staying away. */
const ABSENCE_SECONDS = 1800;

/** Whether a load stays away although it is still forecast: it has been far below its forecast for half an hour and for more than one step. */
export function staysAway({ absentSteps }: Volatility, stepSeconds: number): boolean {
  return absentSteps > 1 && absentSteps * stepSeconds >= ABSENCE_SECONDS;
}

/** Present state of the ratio; part of `Volatility`. */
type Spell = Pick<Volatility, 'ratio' | 'newest' | 'wasSudden' | 'absentSteps'>;

/**
 * Moves the ratio on after an error, in place.
 *
 * A sudden error counts only in part until a second large one follows. Its echo, the error of a forecast that the sudden
 * value misled, does not count. So one wild sample does not widen the margin of the next hours; a spell does, one step
 * later. While the load is far below its forecast, further errors on that side count no more than a sudden one: a load that
 * stays away says little about how far the next load may exceed its forecast.
 *
 * @param typical error at its slot of the day
 * @param steps since the error before
 */
export function followError(
  spell: Spell,
  error: number,
  typical: number,
  stepSeconds: number,
  steps = 1,
): void {
  if (Number.isNaN(error) || !(typical > 0)) return;
  const scaled = error / typical;
  const size = Math.abs(scaled);
  const most = Math.max(SUDDEN, 2 * Math.abs(spell.newest));
  const isAbsence = scaled < 0 && spell.newest < -SUDDEN;
  const isEcho = spell.wasSudden && size > SUDDEN && scaled > 0 !== spell.newest > 0;
  spell.newest = scaled;
  spell.wasSudden = size > most;
  spell.absentSteps = scaled < -SUDDEN ? spell.absentSteps + steps : 0;
  if (isEcho) return;
  const memory = Math.exp((-steps * stepSeconds) / MEMORY_SECONDS);
  spell.ratio = memory * spell.ratio + (1 - memory) * Math.min(isAbsence ? SUDDEN : most, size);
}

/**
 * Mean absolute error of each slot of the day, smoothed over neighbouring slots with a triangular kernel that wraps
 * round midnight.
 *
 * @param errors one for each origin, NaN where unknown: it belongs to the slot of the step after the origin
 */
export function typicalErrors(
  errors: Float64Array,
  origins: Origins,
  { slotCount, slots }: SeasonSlots,
  stepSeconds: number,
): Float64Array {
  const sizes = errors
    .filter((error) => !Number.isNaN(error))
    .map(Math.abs)
    .sort();
  const most = quantileOfSorted(sizes, ORDINARY_SHARE);
  const ordinary = errors.map((error) => Math.min(most, Math.abs(error)));
  const { sum, seen, mean } = sumBySlot(ordinary, slotCount, (i) => slots[origins.steps[i]! + 1]!);
  const reach = Math.min(Math.round(SMOOTHING_SECONDS / stepSeconds), (slotCount - 1) >> 1);
  const smoothSum = smoothCircular(sum, reach);
  const smoothSeen = smoothCircular(seen, reach);
  return smoothSum.map(
    (size, slot) => SHARED * mean + (1 - SHARED) * (smoothSeen[slot]! > 0 ? size / smoothSeen[slot]! : mean),
  );
}

/** Sums with a triangular kernel of `reach` neighbours on each side, round the circle: a box twice. */
function smoothCircular(values: Float64Array, reach: number): Float64Array {
  if (reach < 1) return values;
  const width = reach + 1;
  return boxCircular(boxCircular(values, width, 0), width, reach);
}

/** For each slot i the sum of `width` values that end at slot i + shift, round the circle. */
function boxCircular(values: Float64Array, width: number, shift: number): Float64Array {
  const n = values.length;
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += values[(i + shift - k + 2 * n) % n]!;
    sums[i] = sum;
  }
  return sums;
}

/**
 * Volatility of one-step errors over the origins, and what its ratio was at each of them before its own error was known.
 */
export function measureVolatility(
  errors: Float64Array,
  origins: Origins,
  daySlots: SeasonSlots,
  stepSeconds: number,
): { readonly volatility: Volatility; readonly ratios: Float64Array } {
  const typical = typicalErrors(errors, origins, daySlots, stepSeconds);
  const ratios = new Float64Array(errors.length);
  const spell: Spell = { ratio: 1, newest: 0, wasSudden: false, absentSteps: 0 };
  for (let i = 0; i < errors.length; i++) {
    ratios[i] = spell.ratio;
    const slot = daySlots.slots[origins.steps[i]! + 1]!;
    const sincePrevious = i > 0 ? origins.steps[i]! - origins.steps[i - 1]! : origins.stride;
    followError(spell, errors[i]!, typical[slot]!, stepSeconds, sincePrevious);
  }
  return { volatility: { periodSeconds: daySlots.periodSeconds, typical, ...spell }, ratios };
}
