import type { Calendar, Effects, Occurrence } from '../../scaler/calendar/types.js';

/** An event of a calendar named `test`. */
export function testEvent(
  name: string,
  startSeconds: number,
  endSeconds: number,
  effects: Partial<Effects>,
): Occurrence {
  return { name, calendar: 'test', startSeconds, endSeconds, effects: { learn: false, ...effects } };
}

/** A calendar of these events, in any zone. */
export function testCalendar(...events: readonly Occurrence[]): Calendar {
  return {
    occurrences: (fromSeconds, toSeconds) =>
      events
        .filter(({ startSeconds, endSeconds }) => startSeconds < toSeconds && endSeconds > fromSeconds)
        .sort((a, b) => a.startSeconds - b.startSeconds),
  };
}
