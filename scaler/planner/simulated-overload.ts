import { DAY_MINUTES, followPods } from '../policy/follow-pods.js';
import type { Trigger } from '../trigger/trigger.js';
import { podsSetup } from './choice.js';
import type { PastAnswers } from './types.js';

/** With less of the day known, nothing is said about it. */
const LEAST_KNOWN_MINUTES = DAY_MINUTES / 2;

/**
 * Share of the last day in which the load was above what the pods would have carried that a model of the HPA makes of
 * the answers.
 *
 * @returns undefined where too little of the day is known
 */
export function overloadOfAnswers(
  past: PastAnswers | undefined,
  { threshold, capacity, podStartupSeconds }: Pick<Trigger, 'threshold' | 'capacity' | 'podStartupSeconds'>,
): number | undefined {
  if (past === undefined) return undefined;
  const { observedHighest, answered, slotSeconds } = past;
  const endMinute = (answered.length * slotSeconds) / 60;
  const minutesOf = (slots: Float32Array, divisor: number) =>
    Float64Array.from({ length: DAY_MINUTES }, (_, minute) => {
      const slot = Math.floor(((endMinute - DAY_MINUTES + minute) * 60) / slotSeconds);
      return slot < 0 ? Number.NaN : slots[slot]! / divisor;
    });
  const demand = minutesOf(observedHighest, capacity);
  const known = demand.reduce((count, load) => (Number.isNaN(load) ? count : count + 1), 0);
  if (known < LEAST_KNOWN_MINUTES) return undefined;
  const noFloor = new Float64Array(DAY_MINUTES);
  const pods = podsSetup(podStartupSeconds);
  const { overloadedMinutes } = followPods(minutesOf(answered, threshold), 1, noFloor, demand, 0, pods);
  return overloadedMinutes[0]! / known;
}
