import { z } from 'zod';
import { amount, described, readWith, ValidationError } from '../shared/fields.js';
import { show } from '../shared/show.js';
import { wallSecondsOf } from './local-time.js';
import type { Effects, EventEffects } from './types.js';

const LARGEST_FACTOR = 1000;
const LARGEST_FLOOR = 1e15;
const MOST_REPLICAS = 1_000_000;

/** Accepted effects of an event, for messages. */
export const EFFECT_FORM =
  '`x3` (a factor), `floor=500`, `replicas=20`, `like=2026-11-13`, `holiday`, `no-learn`, `learn`';

const day = readWith((text) => {
  const seconds = daySeconds(text);
  if (seconds === undefined) throw new ValidationError('expected a day such as 2026-11-13');
  return seconds;
});

/** What an event of the configuration may do. */
export const effectsShape = {
  holiday: described(
    z.boolean().optional(),
    '`false`',
    'Whether it is a day off, forecast like similar days of the history.',
  ),
  factor: described(
    amount({ min: 0, max: LARGEST_FACTOR, open: true }).optional(),
    'none',
    'The forecast times this, above 0 and up to 1000.',
  ),
  floor: described(
    amount({ min: 0, max: LARGEST_FLOOR }).optional(),
    'none',
    "The answer is at least this, in the query's unit.",
  ),
  replicas: described(
    amount({ min: 1, max: MOST_REPLICAS, whole: true }).optional(),
    'none',
    'The answer is at least what this many replicas carry: this times the `threshold` of the trigger.',
  ),
  like: described(
    day.optional(),
    'none',
    'A day such as `2026-11-13`: the forecast is the load of that day in the history, scaled to the present level.',
  ),
  learn: described(
    z.boolean().default(false),
    '`false`',
    'Whether the model learns from these hours as from ordinary ones.',
  ),
};

/** Effects as the configuration gives them, by the names that the program uses. */
export function effectsOf(given: z.output<z.ZodObject<typeof effectsShape>>): EventEffects {
  const { holiday, factor, floor, replicas, like, learn } = given;
  return {
    ...(holiday && { holiday }),
    ...(factor !== undefined && { factor }),
    ...(floor !== undefined && { floor }),
    ...(replicas !== undefined && { floorReplicas: replicas }),
    ...(like !== undefined && { likeDaySeconds: like }),
    learn,
  };
}

/** An effect as a word, with a group for each field of the configuration. */
const WORD =
  /^(?:x(?<factor>[\d.]+(?:e-\d+)?)|floor=(?<floor>[\d.eE+-]+)|replicas=(?<replicas>\d+)|like=(?<like>\S+)|(?<holiday>holiday)|(?<learn>(?:no-)?learn))$/;

/** Effects as words, such as `x3 replicas=20`. @throws ValidationError that repeats the word that is wrong */
export function readEffectWords(words: readonly string[]): EventEffects {
  const given: Record<string, unknown> = {};
  for (const word of words) {
    const [field, text] =
      Object.entries(WORD.exec(word)?.groups ?? {}).find(([, held]) => held !== undefined) ?? [];
    if (field === undefined || text === undefined)
      throw new ValidationError(`${show(word)} is not one of ${EFFECT_FORM}`);
    if (field in given) throw new ValidationError(`it says ${field} twice`);
    given[field] = fieldValue(field, text);
    const issue = effectsShape[field as keyof typeof effectsShape].safeParse(given[field]).error?.issues[0];
    if (issue !== undefined) throw new ValidationError(`${show(word)}: ${issue.message}`);
  }
  return effectsOf(z.object(effectsShape).parse(given));
}

function fieldValue(field: string, text: string): unknown {
  if (field === 'holiday') return true;
  if (field === 'learn') return text === 'learn';
  return field === 'like' ? text : Number(text);
}

/** Effects as `readEffectWords` reads them. */
export function effectWords({
  holiday,
  factor,
  floor,
  floorReplicas,
  likeDaySeconds,
  learn,
}: EventEffects): string {
  const words = [
    ...(holiday ? ['holiday'] : []),
    ...(factor === undefined ? [] : [`x${factor}`]),
    ...(floor === undefined ? [] : [`floor=${floor}`]),
    ...(floorReplicas === undefined ? [] : [`replicas=${floorReplicas}`]),
    ...(likeDaySeconds === undefined ? [] : [`like=${dayText(likeDaySeconds)}`]),
    ...(learn ? ['learn'] : []),
  ];
  return words.join(' ') || 'no-learn';
}

/**
 * What an event does, for people.
 *
 * @param historyFromSeconds where the history begins when the event does: it cannot be like a day before
 * @example effectText({ factor: 3, floorReplicas: 20, learn: false }, 'UTC') // 'x3, at least 20 replicas'
 */
export function effectText(effects: Effects, timezone: string, historyFromSeconds = -Infinity): string {
  const { holiday, factor, floor, floorReplicas, likeStartSeconds, learn } = effects;
  const parts = [
    holiday && 'a day off',
    likeStartSeconds !== undefined &&
      `as on ${dayText(wallSecondsOf(likeStartSeconds, timezone))}${likeStartSeconds < historyFromSeconds ? ' (before historyTimeWindow, so as at any other time)' : ''}`,
    factor !== undefined && `x${factor}`,
    floor !== undefined && `at least ${floor}`,
    floorReplicas !== undefined &&
      `at least ${floorReplicas} ${floorReplicas === 1 ? 'replica' : 'replicas'}`,
  ].filter((part) => typeof part === 'string');
  return parts.join(', ') || (learn ? 'nothing' : 'not learned from');
}

/** Writes a day of the wall clock as `daySeconds` reads it. */
export function dayText(wallSeconds: number): string {
  return new Date(wallSeconds * 1000).toISOString().slice(0, 10);
}

/** Midnight of a day such as `2026-11-13`, as seconds of the wall clock; undefined when there is no such day. */
export function daySeconds(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  const isDay = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().slice(0, 10) === text;
  return isDay ? milliseconds / 1000 : undefined;
}
