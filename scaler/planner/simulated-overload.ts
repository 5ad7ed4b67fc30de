import { DAY_MINUTES, followPods } from '../policy/follow-pods.js';
import type { Trigger } from '../trigger/trigger.js';
import { podsSetup } from './choice.js';
import type { PastAnswers } from './types.js';

/** A day of which less is known has no share. */
const LEAST_KNOWN_MINUTES = DAY_MINUTES / 2;

/** Share of the last day in overload, by a model of the HPA on the answers; undefined where too little is known. */
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
