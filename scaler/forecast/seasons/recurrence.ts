import type { Origins } from '../origins.js';
import type { Recurrence, Surprise } from '../types.js';
import type { SeasonSlots } from './local-time.js';

/** A surprise is an error of this many times the mean absolute error a horizon ahead. */
const SURPRISE_TIMES = 4;
const DAYS_IN_WEEK = 7;
/** Days of history from which the season of a week is known. */
const DAYS_FOR_WEEK = 8;

/**
 * The forecast of a step, corrected by what surprised the pool at this time of day on both of the last two days: the median of
 * the forecast and the two values, at most as far from the forecast as the larger surprise was. One odd day changes nothing,
 * and two workdays a little above their forecast do not make the following Saturday a workday. Two days that may have been a
 * weekend move the forecast only towards the value a week before the step. While no week is known, they do not end a
 * rhythm that came on each of the three days before them.
 */
export function withRecurrence(recurrence: Recurrence, slot: number, expected: number): number {
  const moved = movedBySurprises(recurrence, slot, expected);
  const least = recurrence.beforeWeekend ? recurrence.beforeWeekend[slot]! : Number.NaN;
  return least > moved ? least : moved;
}

function movedBySurprises(recurrence: Recurrence, slot: number, expected: number): number {
  const one = recurrence.newest.get(slot);
  const other = recurrence.before.get(slot);
  if (one === undefined || other === undefined) return expected;
  if (isOfOtherDay(one, expected) || isOfOtherDay(other, expected)) return expected;
  const low = Math.min(one.value, other.value);
  const high = Math.max(one.value, other.value);
  const reach = Math.max(Math.abs(one.error), Math.abs(other.error));
  const median = Math.max(low, Math.min(high, expected));
  const moved = Math.max(expected - reach, Math.min(expected + reach, median));
  const { leastSurprise } = recurrence;
  // Where the week before is unknown, two low days count as a weekend and two high ones as new: an extra pod costs less than a missing one.
  const mayBeWeekend =
    moved < expected
      ? !isNews(one, leastSurprise) && !isNews(other, leastSurprise)
      : wasAsLastWeek(one, leastSurprise) && wasAsLastWeek(other, leastSurprise);
  const lastWeek = recurrence.lastWeek[slot]!;
  const isTowardsLastWeek = Math.abs(moved - lastWeek) <= Math.abs(expected - lastWeek);
  return mayBeWeekend && !isTowardsLastWeek ? expected : moved;
}

/**
 * Whether the forecast is for another kind of day than the one that surprised: less than half or more than twice of what was
 * expected then, and a difference that is larger than the surprise. The error of a workday says nothing about a Sunday.
 */
function isOfOtherDay({ value, error }: Surprise, expected: number): boolean {
  const then = value - error;
  const change = Math.abs(expected - then);
  return change > Math.abs(error) && change > 0.5 * Math.max(Math.abs(expected), Math.abs(then));
}

function isNews({ sinceLastWeek }: Surprise, leastSurprise: number): boolean {
  return Math.abs(sinceLastWeek) > leastSurprise;
}

function wasAsLastWeek({ sinceLastWeek }: Surprise, leastSurprise: number): boolean {
  return Math.abs(sinceLastWeek) <= leastSurprise;
}

/**
 * The load that a time of day reached on both of the last two days if both surprised, or before two days that may have been a
 * weekend; NaN without such a surprise, or where the week before was the same.
 */
export function reachedTwice(
  { newest, before, leastSurprise, beforeWeekend }: Recurrence,
  slot: number,
): number {
  const least = beforeWeekend?.[slot] ?? Number.NaN;
  if (!Number.isNaN(least)) return least;
  const one = newest.get(slot);
  const other = before.get(slot);
  if (one === undefined || other === undefined) return Number.NaN;
  if (wasAsLastWeek(one, leastSurprise) && wasAsLastWeek(other, leastSurprise)) return Number.NaN;
  return Math.min(one.value, other.value);
}

/**
 * Records a value of the series and its error against the forecast made a horizon before.
 *
 * @param error value minus that forecast before `withRecurrence`: a surprise lasts until the members have learned it
 */
export function note(recurrence: Recurrence, slot: number, value: number, error: number): void {
  if (Number.isNaN(value) || Number.isNaN(error)) return;
  setOrDelete(recurrence.before, slot, recurrence.newest.get(slot));
  const { leastSurprise, lastWeek, beforeWeekend } = recurrence;
  const isSurprise = Math.abs(error) > leastSurprise;
  setOrDelete(
    recurrence.newest,
    slot,
    isSurprise ? { value, error, sinceLastWeek: value - lastWeek[slot]! } : undefined,
  );
  lastWeek[slot] = Number.NaN;
  if (beforeWeekend) beforeWeekend[slot] = Number.NaN;
}

function setOrDelete(surprises: Map<number, Surprise>, slot: number, value: Surprise | undefined): void {
  if (value === undefined) surprises.delete(slot);
  else surprises.set(slot, value);
}

/**
 * Corrects replayed forecasts in the order of time, each by the surprises known by then, and returns the state after the last
 * step. Undefined while the history is too short to distinguish times of day.
 *
 * @param filled the values with a likely load in place of excluded steps, which never count as a surprise: the days before and
 * after them are not two in a row
 * @param replayed `horizonSteps` values for each origin, changed in place
 */
export function replayRecurrence(
  values: Float64Array,
  filled: Float64Array,
  replayed: Float64Array,
  { steps, horizonSteps }: Origins,
  { periodSeconds, slotCount, slots }: SeasonSlots,
): Recurrence | undefined {
  if (periodSeconds === 0) return undefined;
  const count = steps.length;
  const errors = new Float64Array(count).fill(Number.NaN);
  let sum = 0;
  let known = 0;
  for (let i = 0; i < count; i++) {
    const at = steps[i]! + horizonSteps;
    if (at >= values.length) break;
    errors[i] = values[at]! - replayed[(i + 1) * horizonSteps - 1]!;
    if (Number.isNaN(errors[i]!)) continue;
    sum += Math.abs(errors[i]!);
    known++;
  }
  const recurrence: Recurrence = {
    leastSurprise: known > 0 ? (SURPRISE_TIMES * sum) / known : Number.POSITIVE_INFINITY,
    lastWeek: new Float64Array(slotCount).fill(Number.NaN),
    beforeWeekend:
      values.length < DAYS_FOR_WEEK * slotCount ? new Float64Array(slotCount).fill(Number.NaN) : undefined,
    newest: new Map(),
    before: new Map(),
    pending: new Float64Array(horizonSteps),
  };
  for (let k = 0; k < horizonSteps; k++) {
    const at = values.length + k;
    const from = steps.findIndex((step) => step >= at - horizonSteps);
    const i = from < 0 ? count - 1 : from;
    recurrence.pending[k] = replayed[i * horizonSteps + Math.min(horizonSteps, at - steps[i]!) - 1]!;
  }

  const { lastWeek, beforeWeekend, leastSurprise } = recurrence;
  const valueBefore = (step: number, days: number) => {
    const before = daysBefore(step, days, slots, slotCount);
    return before < 0 ? Number.NaN : filled[before]!;
  };
  const remember = (step: number) => {
    const slot = slotOf(step, slots, slotCount);
    lastWeek[slot] = valueBefore(step, DAYS_IN_WEEK);
    if (!beforeWeekend) return;
    const least = Math.min(valueBefore(step, 3), valueBefore(step, 4), valueBefore(step, 5));
    const most = Math.max(valueBefore(step, 1), valueBefore(step, 2));
    beforeWeekend[slot] = least - most > leastSurprise ? least : Number.NaN;
  };
  const first = steps[0]!;
  let remembered = first + horizonSteps;
  const rememberUntil = (end: number) => {
    for (; remembered < end; remembered++) remember(remembered);
  };
  let noted = first + horizonSteps;
  let next = 0;
  const noteUntil = (end: number) => {
    for (; noted < Math.min(end, values.length); noted++) {
      // Where origins are several steps apart, a step between two measured ones takes the larger error of both.
      while (next < count - 1 && steps[next]! + horizonSteps < noted) next++;
      const isMeasured = steps[next]! + horizonSteps === noted;
      const [low, high] = [errors[isMeasured ? next : Math.max(0, next - 1)]!, errors[next]!];
      const error = Math.abs(high) > Math.abs(low) || Number.isNaN(low) ? high : low;
      rememberUntil(noted + 1);
      const isKnown = !Number.isNaN(values[noted]!);
      note(recurrence, slots[noted]!, filled[noted]!, isKnown ? error : 0);
    }
  };
  for (let i = 0; i < count; i++) {
    const origin = steps[i]!;
    noteUntil(origin + 1);
    rememberUntil(origin + 1 + Math.min(horizonSteps, slotCount));
    for (let h = 0; h < horizonSteps; h++) {
      const k = i * horizonSteps + h;
      replayed[k] = withRecurrence(recurrence, slots[origin + 1 + h]!, replayed[k]!);
    }
  }
  noteUntil(values.length);
  for (let step = values.length; step < values.length + slotCount; step++) remember(step);
  return recurrence;
}

/** The step with the same time of day some days before, also when the clocks changed in between; below 0 where there is none. */
function daysBefore(step: number, days: number, slots: Int32Array, slotCount: number): number {
  const before = step - days * slotCount;
  if (before < 0) return before;
  const moved = slotOf(step, slots, slotCount) - slots[before]!;
  return before + moved - slotCount * Math.round(moved / slotCount);
}

/** The slot of a step. The zone's slots are known for the horizon only; beyond it the clock is taken to stay. */
function slotOf(step: number, slots: Int32Array, slotCount: number): number {
  return slots[step < slots.length ? step : step - slotCount]!;
}
