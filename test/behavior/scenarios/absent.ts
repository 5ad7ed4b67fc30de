import { answersTo } from '../answers.js';
import { atLocalHour, byHours, constant, dayWave, type Load, withNoise } from '../loads.js';
import type { Scenario } from '../scenario.js';

const HORIZON_MINUTES = 15;
const DAY_SECONDS = 86_400;

/**
 * No series from 19:00 to 07:00, as of an application that has no pods then, with `ignoreNullValues: true`: an answer at
 * night would be made up. Twice Prometheus was down by day, which is no reason to expect less at that time.
 */
export const absent: Scenario = {
  title: 'A series that is absent every night is no load at night',
  measure: ({ timezone, midnightSeconds, seed }) => {
    const day = withNoise(dayWave(timezone, 60, 140), seed, 0.05);
    const nightly = byHours(timezone, [19, 7], constant(Number.NaN), day);
    const outages = [5, 11].map((days) => midnightSeconds - days * DAY_SECONDS + 12 * 3600);
    const load: Load = (at) =>
      outages.some((from) => at >= from && at < from + 3 * 3600) ? Number.NaN : nightly(at);
    const hour = (at: number) => atLocalHour(timezone, midnightSeconds, at);
    const answers = answersTo(load, midnightSeconds, hour(24), {
      trigger: { timezone, threshold: 10, ignoreNullValues: true },
    });
    const between = (from: number, to: number) =>
      answers.filter(({ atSeconds }) => atSeconds >= from && atSeconds < to);
    const beforeMorning = hour(7) - 60 * HORIZON_MINUTES;
    const first = answers.find(({ atSeconds }) => atSeconds === hour(7))!;
    const highest = (values: readonly { readonly value: number }[]) =>
      Math.max(...values.map(({ value }) => value));
    const noon = between(hour(12), hour(15));
    return [
      {
        what: 'highest answer from midnight to half an hour before the morning',
        measured: highest(between(midnightSeconds, hour(6.5))),
        wanted: { atMost: 0 },
      },
      {
        what: 'answer 15 minutes before the morning / load that comes',
        measured: answers.find(({ atSeconds }) => atSeconds === beforeMorning)!.value / first.load,
        wanted: { atLeast: 0.8 },
      },
      {
        what: 'highest answer from 20:00 on',
        measured: highest(between(hour(20), hour(24))),
        wanted: { atMost: 0 },
      },
      {
        what: 'lowest answer / load at the time of day of the outages',
        measured: Math.min(...noon.map(({ value, load: loadNow }) => value / loadNow)),
        wanted: { atLeast: 0.8 },
      },
    ];
  },
};
