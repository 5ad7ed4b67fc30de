import type { Reference, SpecialSpan } from '../types.js';
import { type DayOffHistory, type DayOffKind, examplesOf, isSunday, MOST_EXAMPLES } from './day-off.js';
import { follow } from './follow.js';
import { beganAt, type Example, isKnown, ordinaryDays, type Past } from './past-days.js';
import { errorsOf, type Profile, type ProfileErrors, profileOf, sortedErrors } from './profile.js';
import { overlaps, type StepSpan } from './timeline.js';

/** Errors of ordinary days are widened by this where there is no past day off to measure errors on. */
export const UNSURE = 2;
/** Past ordinary days that are forecast from the days before them to measure errors. */
const MOST_MEASURED = 4;

/**
 * What the spans that are not over will be like. A day off is like the one of its name before; else like the days that days off
 * of the past were nearest to; else, where there were none, like a Sunday.
 *
 * @param spans those that are not over, with what their load is like
 * @param all every span, to know what else holds at a step
 */
export function referencesOf(
  past: Past,
  history: DayOffHistory,
  spans: readonly SpecialSpan[],
  all: readonly SpecialSpan[],
): Reference[] {
  const chosenFirst = [...spans].sort((a, b) => Number(b.like !== 'day off') - Number(a.like !== 'day off'));
  return chosenFirst.flatMap((span) => {
    const reference = referenceOf(past, history, span, all);
    if (!reference) return [];
    replay(past, reference, all);
    return [reference];
  });
}

function referenceOf(
  past: Past,
  history: DayOffHistory,
  span: SpecialSpan,
  all: readonly SpecialSpan[],
): Reference | undefined {
  const { timeline, mean } = past;
  const n = mean.length;
  const steps = timeline.stepsOf(span);
  const { from, to } = steps;
  const at = Math.min(n, from);
  const referTo = (likeness: Reference['likeness'], example: Example, measured: readonly ProfileErrors[]) => {
    const profile = profileOf(past, steps, example, at);
    return profile && referenceLike(past, history, span, steps, likeness, profile, measured);
  };
  if (typeof span.like === 'number') {
    const step = Math.floor((span.like - timeline.startSeconds) / timeline.stepSeconds);
    return isKnown(past.mean, { from: step, to: Math.min(step + to - from, n) })
      ? referTo('chosen', beganAt(past, steps, step), [])
      : undefined;
  }
  const ofName = all.filter(({ name, like, endSeconds }) => {
    return name === span.name && like === 'day off' && endSeconds <= span.startSeconds;
  });
  const before = ofName.map((one) => timeline.stepsOf(one)).findLast((one) => isKnown(past.mean, one));
  if (before) {
    const own = referTo('same name', beganAt(past, steps, before.from), history.errors['day off']);
    if (own) return own;
  }
  for (const kind of kindsToTry(past, history, steps)) {
    if (kind === 'ordinary') break;
    const like = referTo(kind, examplesOf(past, steps, kind, at), history.errors[kind]);
    if (like) return like;
  }
  return referenceLike(past, history, span, steps, 'ordinary', undefined, []);
}

function kindsToTry(past: Past, { best }: DayOffHistory, steps: StepSpan): readonly DayOffKind[] {
  if (isSunday(past, steps)) return ['ordinary'];
  return best === undefined ? ['sunday'] : [best, 'sunday'];
}

function referenceLike(
  past: Past,
  { shares, days }: DayOffHistory,
  { name, startSeconds, endSeconds }: SpecialSpan,
  steps: StepSpan,
  likeness: Reference['likeness'],
  profile: Profile | undefined,
  measured: readonly ProfileErrors[],
): Reference {
  const { timeline } = past;
  const isMeasured = measured.length > 0;
  const errors = isMeasured || !profile ? measured : errorsOfLikeDays(past, steps, profile);
  const widening = isMeasured ? 1 : UNSURE;
  return {
    name,
    startSeconds,
    endSeconds,
    likeness,
    likeStartSeconds: profile?.begins.map((step) => timeline.seconds(step)) ?? [],
    scale: profile?.scale ?? 1,
    pastErrors: shares,
    pastDays: days,
    fromSeconds: timeline.seconds(steps.from),
    mean: Float32Array.from(profile?.mean ?? []),
    peak: Float32Array.from(profile?.peak ?? []),
    level: profile?.level ?? 0,
    stepErrors: sortedErrors(
      errors.map((of) => of.steps),
      widening,
    ),
    peakErrors: sortedErrors(
      errors.map((of) => of.peaks),
      widening,
    ),
    came: 0,
    expected: 0,
  };
}

/** Errors of ordinary days with the weekday of the example, each forecast from the ones before it. */
function errorsOfLikeDays(past: Past, steps: StepSpan, { begins }: Profile): ProfileErrors[] {
  const { timeline, mean } = past;
  const weekday = timeline.weekday(timeline.day(begins[0]!));
  const days = ordinaryDays(past, steps, weekday, MOST_MEASURED, mean.length);
  return days.shifts.flatMap((shift) => {
    const day = timeline.day(timeline.before(steps.from, shift));
    const span = { from: Math.max(0, timeline.firstStepOf(day)), to: timeline.firstStepOf(day + 1) };
    const earlier = ordinaryDays(past, span, weekday, MOST_EXAMPLES, span.from);
    const profile = profileOf(past, span, earlier, span.from);
    return profile ? [errorsOf(past, span, profile)] : [];
  });
}

/** Lets a reference follow the part of its span that is already over. */
function replay({ timeline, mean }: Past, reference: Reference, all: readonly SpecialSpan[]): void {
  const from = Math.round((reference.fromSeconds - timeline.startSeconds) / timeline.stepSeconds);
  for (let t = Math.max(0, from); t < mean.length; t++)
    followStep(reference, all, mean[t]!, timeline.seconds(t), timeline.stepSeconds);
}

/**
 * Lets a reference follow the load of a step, unless another excluded span overlaps the step: the effect of a factor is taken
 * out, that of anything else is not known.
 */
export function followStep(
  reference: Reference,
  all: readonly SpecialSpan[],
  value: number,
  stepStartSeconds: number,
  stepSeconds: number,
): void {
  const expected = reference.mean[stepIn(reference, stepStartSeconds, stepSeconds)];
  if (expected === undefined) return;
  const others = all.filter((span) => overlaps(span, stepStartSeconds, stepStartSeconds + stepSeconds));
  if (others.some(({ learn, like, factor }) => !learn && like === undefined && factor === undefined)) return;
  const factor = others.reduce((product, span) => product * (span.factor ?? 1), 1);
  if (factor > 0) follow(reference, value / factor, expected, stepSeconds);
}

/** Index of the reference's step that begins at a moment; outside of the reference there is no such index. */
export function stepIn({ fromSeconds }: Reference, atSeconds: number, stepSeconds: number): number {
  return Math.round((atSeconds - fromSeconds) / stepSeconds);
}
