import type { StepSpan, Timeline } from './timeline.js';

/** A past day or span can be an example when at least this share of its steps is known. */
const KNOWN_SHARE = 0.8;

/** The past of a series, with and without its excluded steps. */
export interface Past {
  readonly timeline: Timeline;
  /** Mean and maximum of each step as they came; NaN where unknown. */
  readonly mean: Float64Array;
  readonly peak: Float64Array;
  /** The means; NaN also where a step is excluded. */
  readonly ordinary: Float64Array;
  /** Days off that are over, the oldest first. */
  readonly daysOff: readonly StepSpan[];
  readonly horizonSteps: number;
  readonly spanSteps: number;
}

/** What a span may be like: spans of the past, the newest first. */
export interface Example {
  /** Steps of the wall clock from each of these back to the span, at the span's first day. */
  readonly shifts: readonly number[];
  /** Whether each further day of the span is like the same day again. */
  readonly isOneDay: boolean;
  /** Whether values are read as they came (days off) or from the ordinary steps only. */
  readonly asItCame: boolean;
}

/** Whether most steps of a span are known. */
export function isKnown(values: Float64Array, { from, to }: StepSpan): boolean {
  if (from < 0 || to > values.length || to <= from) return false;
  let known = 0;
  for (let t = from; t < to; t++) if (!Number.isNaN(values[t]!)) known++;
  return known >= KNOWN_SHARE * (to - from);
}

/**
 * Up to `most` ordinary days of a weekday, the newest before a span first; where there is none before it, the first one after it.
 *
 * @param until steps from here on are not known
 */
export function ordinaryDays(
  past: Past,
  span: StepSpan,
  weekday: number,
  most: number,
  until: number,
): Example {
  const { timeline, ordinary } = past;
  const { daySteps } = timeline;
  const own = timeline.day(span.from);
  const isExample = (day: number) => {
    const from = timeline.firstStepOf(day);
    const to = timeline.firstStepOf(day + 1);
    return to <= until && isKnown(ordinary, { from, to });
  };
  const toWeekday = (timeline.weekday(own) - weekday + 7) % 7 || 7;
  const found: number[] = [];
  const first = timeline.day(0);
  for (let day = own - toWeekday; day >= first && found.length < most; day -= 7)
    if (isExample(day)) found.push(day);
  const last = timeline.day(until);
  for (let day = own - toWeekday + 7; day <= last && found.length === 0; day += 7)
    if (day !== own && isExample(day)) found.push(day);
  return { shifts: found.map((day) => (own - day) * daySteps), isOneDay: true, asItCame: false };
}

/** Up to `most` days off before a span, the newest first; where there is none before it, the first one after it. */
export function otherDaysOff(past: Past, span: StepSpan, most: number): Example {
  const { timeline, daysOff } = past;
  const own = timeline.day(span.from);
  const earlier = daysOff.filter(({ to }) => to <= span.from).slice(-most);
  const used =
    earlier.length > 0 ? earlier.reverse() : daysOff.filter(({ from }) => from >= span.to).slice(0, 1);
  const { daySteps } = timeline;
  return {
    shifts: used.map(({ from }) => (own - timeline.day(from)) * daySteps),
    isOneDay: true,
    asItCame: true,
  };
}

/** The span of the same length that began at another step. */
export function beganAt({ timeline }: Past, span: StepSpan, step: number): Example {
  return { shifts: [timeline.local(span.from) - timeline.local(step)], isOneDay: false, asItCame: true };
}
