import type { Occurrence } from '../calendar/types.js';
import { horizonMinutes } from './compare.js';
import type { Recording } from './recording.js';
import { type BacktestOptions, type Replay, replaySignal } from './replay.js';
import { type Simulation, simulateScaling } from './simulate.js';

/** What happened in some minutes of an evaluated span. */
export interface Measured {
  /** Mean absolute error of the means that were forecast one horizon before; NaN where there was none. */
  readonly meanError: number;
  readonly overloadedMinutes: number;
  readonly podHours: number;
}

/** The same minutes with what the calendar knows, and without. */
export interface Worth {
  readonly minutes: number;
  readonly with: Measured;
  readonly without: Measured;
}

/**
 * What a calendar was worth: during events that say what their load will be, on the day after each event, and in all
 * minutes. Incidents, which are only kept out of learning, do not count: they are forecast as ordinary time.
 */
export interface CalendarWorth {
  readonly during: Worth;
  readonly after: Worth;
  readonly all: Worth;
}

/** A replayed forecast, and the replicas that the HPA made of it. */
export type ReplayedScaling = Pick<Replay, 'forecastMeans'> &
  Pick<Simulation, 'replicas' | 'overloadedSeconds'>;

const DAY_SECONDS = 86_400;

/**
 * Replays the same span without the calendar and compares.
 *
 * @param events of the calendar within the span, one at least
 * @param given the replay with the calendar and the replicas that followed it
 */
export function calendarWorth(
  recording: Recording,
  options: BacktestOptions,
  events: readonly Occurrence[],
  given: ReplayedScaling,
): CalendarWorth {
  const { span } = options;
  const without = replayScaling(recording, { ...options, calendar: undefined });
  const startSeconds = recording.load.startSeconds + 60 * span.from;
  const count = span.to - span.from;
  const special = minutesOf(events, startSeconds, count);
  const dayAfter = minutesOf(events.map(followingDay), startSeconds, count);
  const worthIn = (minutes: Uint8Array): Worth => {
    const measured = (scaling: ReplayedScaling) => measure(recording, options, minutes, scaling);
    return {
      minutes: minutes.reduce((sum, one) => sum + one, 0),
      with: measured(given),
      without: measured(without),
    };
  };
  return {
    during: worthIn(minutesOf(events.filter(saysItsLoad), startSeconds, count)),
    after: worthIn(dayAfter.map((isAfter, minute) => (special[minute] ? 0 : isAfter))),
    all: worthIn(new Uint8Array(count).fill(1)),
  };
}

/** Replays a span and lets the HPA follow the answers. */
export function replayScaling(recording: Recording, options: BacktestOptions): ReplayedScaling {
  const { span, setup } = options;
  const { values, forecastMeans } = replaySignal(recording, options);
  const demand = recording.load.demand.subarray(span.from, span.to);
  return { ...simulateScaling(values, demand, setup), forecastMeans };
}

function saysItsLoad({ effects }: Occurrence): boolean {
  const { holiday, factor, floor, floorReplicas, likeStartSeconds } = effects;
  return (
    holiday === true || [factor, floor, floorReplicas, likeStartSeconds].some((one) => one !== undefined)
  );
}

/** The day after an event. */
export function followingDay<Event extends Pick<Occurrence, 'endSeconds'>>(event: Event) {
  return { ...event, startSeconds: event.endSeconds, endSeconds: event.endSeconds + DAY_SECONDS };
}

/** 1 for each minute of a span that one of these times holds. */
export function minutesOf(
  times: readonly Pick<Occurrence, 'startSeconds' | 'endSeconds'>[],
  spanStartSeconds: number,
  count: number,
): Uint8Array {
  const minutes = new Uint8Array(count);
  for (const { startSeconds, endSeconds } of times) {
    const from = Math.floor((startSeconds - spanStartSeconds) / 60);
    const to = Math.ceil((endSeconds - spanStartSeconds) / 60);
    if (to > 0 && from < count) minutes.fill(1, Math.max(0, from), Math.min(count, to));
  }
  return minutes;
}

/**
 * Measures the forecasts that were made for some minutes of a replayed span, and the overload and the pods in them.
 *
 * @param isCounted 1 for each minute of the span that counts
 */
export function measure(
  { load, steps }: Recording,
  { span, trigger }: Pick<BacktestOptions, 'span' | 'trigger'>,
  isCounted: Uint8Array,
  { forecastMeans, replicas, overloadedSeconds }: ReplayedScaling,
): Measured {
  const startSeconds = load.startSeconds + 60 * span.from;
  const horizon = horizonMinutes(trigger);
  let off = 0;
  let judged = 0;
  let overloaded = 0;
  let podMinutes = 0;
  for (let minute = 0; minute < isCounted.length; minute++) {
    if (!isCounted[minute]) continue;
    overloaded += overloadedSeconds[minute]! / 60;
    podMinutes += replicas[minute]!;
    const forecast = forecastMeans[minute - horizon];
    const step = Math.floor((startSeconds + 60 * minute - steps.startSeconds) / steps.stepSeconds);
    const error = Math.abs((forecast ?? Number.NaN) - steps.values[step]!);
    if (Number.isNaN(error)) continue;
    off += error;
    judged++;
  }
  return { meanError: off / judged, overloadedMinutes: overloaded, podHours: podMinutes / 60 };
}
