import { answerAt, answersTo } from '../answers.js';
import {
  atLocalHour,
  byHours,
  constant,
  type Load,
  replacedBetween,
  wallClock,
  withNoise,
} from '../loads.js';
import type { Measurement, Scenario, Setting } from '../scenario.js';

const DAY_SECONDS = 86_400;
const HORIZON_MINUTES = 15;
const WORKDAYS = [1, 2, 3, 4, 5];
const OPEN = [9, 17] as const;
const WORK = 1000;
const REPLICA = 100;
const NOISE = 0.1;

/** Working hours from Monday to Friday that begin and end at once. */
export const weekends: Scenario = {
  title: 'A weekend is no workday, and a Monday no Sunday',
  measure: (setting) => [
    ...measureFirstMonday(setting),
    ...[20, 0].flatMap((rest) => [
      ...measureSecondSaturday(setting, rest),
      ...measureThirdWeekend(setting, rest),
    ]),
  ],
};

function office({ timezone, seed }: Setting, rest: number): Load {
  return withNoise(byHours(timezone, OPEN, constant(WORK), constant(rest), WORKDAYS), seed, NOISE);
}

/** Midnight of a day, counted from the first Saturday that is at least so many days after the setting's day. */
function dayAfterSaturday({ timezone, midnightSeconds }: Setting, days: number): number {
  const { weekday } = wallClock(timezone)(midnightSeconds);
  const noon = midnightSeconds + DAY_SECONDS / 2;
  return atLocalHour(timezone, noon + (6 - weekday + days) * DAY_SECONDS, 0);
}

function settingsOf({ timezone }: Setting) {
  return {
    trigger: { timezone, stepSeconds: 300, horizonSeconds: 60 * HORIZON_MINUTES, threshold: REPLICA },
  };
}

function measureFirstMonday(setting: Setting): Measurement[] {
  const { timezone } = setting;
  const monday = dayAfterSaturday(setting, 2);
  const jump = atLocalHour(timezone, monday, OPEN[0]);
  return [5, 4, 3].map((workdays) => {
    const begin = dayAfterSaturday(setting, -workdays);
    const load = replacedBetween(office(setting, 20), Number.NEGATIVE_INFINITY, begin, constant(Number.NaN));
    const { value } = answerAt(load, jump - 60 * HORIZON_MINUTES, settingsOf(setting));
    return {
      what: `share of the first Monday answered a horizon ahead, after ${workdays} workdays`,
      measured: value / WORK,
      wanted: { atLeast: 0.8 },
    };
  });
}

function measureSecondSaturday(setting: Setting, rest: number): Measurement[] {
  const saturday = dayAfterSaturday(setting, 7);
  const hour = (at: number) => atLocalHour(setting.timezone, saturday, at);
  return [12, 10].flatMap((days) => {
    const begin = dayAfterSaturday(setting, 7 - days);
    const load = replacedBetween(
      office(setting, rest),
      Number.NEGATIVE_INFINITY,
      begin,
      constant(Number.NaN),
    );
    const answers = answersTo(load, hour(8), hour(18), settingsOf(setting));
    const changes = answers.filter(({ active }, i) => i > 0 && active !== answers[i - 1]!.active).length;
    return [
      {
        what: `highest answer on the second Saturday / workday, after ${days} days, weekends of ${rest}`,
        measured: Math.max(...answers.map(({ value }) => value)) / WORK,
        wanted: { atMost: 0.25 },
      },
      {
        what: `changes awake or asleep on it, after ${days} days, weekends of ${rest}`,
        measured: changes,
        wanted: { atMost: 6 },
      },
    ];
  });
}

function measureThirdWeekend(setting: Setting, rest: number): Measurement[] {
  const { timezone } = setting;
  const load = office(setting, rest);
  const highest = [14, 15].map((day) => {
    const midnight = dayAfterSaturday(setting, day);
    const hour = (at: number) => atLocalHour(timezone, midnight, at);
    return Math.max(...answersTo(load, hour(8), hour(18), settingsOf(setting)).map(({ value }) => value));
  });
  const jump = atLocalHour(timezone, dayAfterSaturday(setting, 16), OPEN[0]);
  const { value } = answerAt(load, jump - 60 * HORIZON_MINUTES, settingsOf(setting));
  return [
    {
      what: `highest answer on the third weekend / 1.5 times the load and a replica, weekends of ${rest}`,
      measured: Math.max(...highest) / (1.5 * rest * (1 + NOISE) + REPLICA),
      wanted: { atMost: 1 },
    },
    {
      what: `share of the Monday after it answered a horizon ahead, weekends of ${rest}`,
      measured: value / WORK,
      wanted: { atLeast: 0.8 },
    },
  ];
}
