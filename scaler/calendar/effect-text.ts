import { dayText } from './effects.js';
import { wallSecondsOf } from './local-time.js';
import type { Effects } from './types.js';

/**
 * What an event does, for people.
 *
 * @example effectText({ factor: 3, floorReplicas: 20, learn: false }, 'UTC') // 'x3, at least 20 replicas'
 */
export function effectText(effects: Effects, timezone: string): string {
  const { holiday, factor, floor, floorReplicas, likeStartSeconds, learn } = effects;
  const parts = [
    holiday && 'a day off',
    likeStartSeconds !== undefined && `as on ${dayText(wallSecondsOf(likeStartSeconds, timezone))}`,
    factor !== undefined && `x${factor}`,
    floor !== undefined && `at least ${floor}`,
    floorReplicas !== undefined &&
      `at least ${floorReplicas} ${floorReplicas === 1 ? 'replica' : 'replicas'}`,
  ].filter((part) => typeof part === 'string');
  return parts.join(', ') || (learn ? 'nothing' : 'not learned from');
}
