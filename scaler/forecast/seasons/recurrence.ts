import type { DaySlots } from '../errors/volatility.js';
import type { Origins } from '../origins.js';
import type { Recurrence, Surprise } from '../types.js';

/** A surprise is an error of this many times the mean absolute error a horizon ahead. */
const SURPRISE_TIMES = 4;
const DAYS_IN_WEEK = 7;
/** Days of history from which the season of a week is known. */
const DAYS_FOR_WEEK = 8;

/**
 * What a step is expected to be once what surprised the pool at this time of day on both of the last two days is taken
 * into account: the median of the forecast and the two values, at most as far from the forecast as the larger surprise was.
 * One odd day has no say in it, and two workdays that were a little above what was expected do not make a workday of the
 * Saturday after them. Two days that may have been a weekend move the forecast only towards what came a week before the
 * step, and while no week is known they do not end what came on each of the three days before them.
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
  // Where the week before is unknown, two low days count as a weekend and two high ones as new: a pod too many costs less.
  const mayBeWeekend =
    moved < expected
      ? !isNews(one, leastSurprise) && !isNews(other, leastSurprise)
      : wasAsLastWeek(one, leastSurprise) && wasAsLastWeek(other, leastSurprise);
  const lastWeek = recurrence.lastWeek[slot]!;
  const isTowardsLastWeek = Math.abs(moved - lastWeek) <= Math.abs(expected - lastWeek);
  return mayBeWeekend && !isTowardsLastWeek ? expected : moved;
}

/**
 * Whether a day of another kind is expected than the one that surprised: less than half or more than twice of what was
 * expected then, and a difference that is larger than the surprise. What a workday was off by says nothing of a Sunday.
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
 * What a time of day that surprised on both of the last two days reached on both, or what it reached before two days that
 * may have been a weekend; NaN where it did not surprise, or did so as a week before.
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
 * Notes a value of the series and what had been expected of it a horizon before.
 *
 * @param error value minus that expectation, without `withRecurrence`: a surprise lasts until the members have learned it
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
 * Goes through replayed forecasts in the order of time, changes each to what it would have been with the surprises known
 * by then, and gives the state after the last step. Undefined while the history is too short to tell times of day apart.
 *
 * @param seen the values with what would probably have been in place of what is not to be learnt: there nothing surprised, so
 * the days before and after do not count as two in a row
 * @param replayed `horizonSteps` values for each origin, changed in place
 */
export function replayRecurrence(
  values: Float64Array,
  seen: Float64Array,
  replayed: Float64Array,
  { steps }: Origins,
  horizonSteps: number,
  { periodSeconds, slotCount, slots }: DaySlots,
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
    return before < 0 ? Number.NaN : seen[before]!;
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
      note(recurrence, slots[noted]!, seen[noted]!, isKnown ? error : 0);
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
