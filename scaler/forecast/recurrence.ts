import type { Origins } from './origins.js';
import type { Recurrence } from './types.js';
import type { DaySlots } from './volatility.js';

/** A surprise is an error of this many times the mean absolute error a horizon ahead. */
const SURPRISE_TIMES = 4;

/**
 * What a step is expected to be once what surprised the pool at this time of day on both of the last two days is taken
 * into account: the median of the forecast and the two values. One odd day has no say in it, and a forecast
 * between the two values, or beside two surprises in different directions, stays as it is.
 */
export function withRecurrence({ newest, before }: Recurrence, slot: number, expected: number): number {
  const one = newest.get(slot);
  const other = before.get(slot);
  if (one === undefined || other === undefined) return expected;
  return Math.max(Math.min(one, other), Math.min(Math.max(one, other), expected));
}

/** Whether the same time of day surprised on both of the last two days. */
export function recurs({ newest, before }: Recurrence, slot: number): boolean {
  return newest.has(slot) && before.has(slot);
}

/**
 * Notes a value of the series and what had been expected of it a horizon before.
 *
 * @param error value minus that expectation, without `withRecurrence`: a surprise lasts until the members have learned it
 */
export function note(recurrence: Recurrence, slot: number, value: number, error: number): void {
  if (Number.isNaN(value) || Number.isNaN(error)) return;
  setOrDelete(recurrence.before, slot, recurrence.newest.get(slot));
  setOrDelete(recurrence.newest, slot, Math.abs(error) > recurrence.leastSurprise ? value : undefined);
}

function setOrDelete(surprises: Map<number, number>, slot: number, value: number | undefined): void {
  if (value === undefined) surprises.delete(slot);
  else surprises.set(slot, value);
}

/**
 * Goes through replayed forecasts in the order of time, changes each to what it would have been with the surprises known
 * by then, and gives the state after the last step. Undefined while the history is too short to tell times of day apart.
 *
 * @param replayed `horizonSteps` values for each origin, changed in place
 */
export function replayRecurrence(
  values: Float64Array,
  replayed: Float64Array,
  { first, stride, count }: Origins,
  horizonSteps: number,
  { periodSeconds, slots }: DaySlots,
): Recurrence | undefined {
  if (periodSeconds === 0) return undefined;
  const errors = new Float64Array(count).fill(Number.NaN);
  let sum = 0;
  let known = 0;
  for (let i = 0; i < count; i++) {
    const at = first + i * stride + horizonSteps;
    if (at >= values.length) break;
    errors[i] = values[at]! - replayed[(i + 1) * horizonSteps - 1]!;
    if (Number.isNaN(errors[i]!)) continue;
    sum += Math.abs(errors[i]!);
    known++;
  }
  const recurrence: Recurrence = {
    leastSurprise: known > 0 ? (SURPRISE_TIMES * sum) / known : Number.POSITIVE_INFINITY,
    newest: new Map(),
    before: new Map(),
    pending: new Float64Array(horizonSteps),
  };
  for (let k = 0; k < horizonSteps; k++) {
    const at = values.length + k;
    const i = Math.min(count - 1, Math.max(0, Math.ceil((at - horizonSteps - first) / stride)));
    recurrence.pending[k] = replayed[i * horizonSteps + Math.min(horizonSteps, at - first - i * stride) - 1]!;
  }

  let noted = first + horizonSteps;
  const noteUntil = (end: number) => {
    for (; noted < Math.min(end, values.length); noted++) {
      // Where origins are several steps apart, a step between two measured ones takes the larger error of both.
      const i = (noted - horizonSteps - first) / stride;
      const [low, high] = [errors[Math.floor(i)]!, errors[Math.min(count - 1, Math.ceil(i))]!];
      const error = Math.abs(high) > Math.abs(low) || Number.isNaN(low) ? high : low;
      note(recurrence, slots[noted]!, values[noted]!, error);
    }
  };
  for (let i = 0; i < count; i++) {
    const origin = first + i * stride;
    noteUntil(origin + 1);
    for (let h = 0; h < horizonSteps; h++) {
      const k = i * horizonSteps + h;
      replayed[k] = withRecurrence(recurrence, slots[origin + 1 + h]!, replayed[k]!);
    }
  }
  noteUntil(values.length);
  return recurrence;
}
