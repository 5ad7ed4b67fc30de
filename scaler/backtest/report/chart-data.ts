import { effectText } from '../../calendar/effects.js';
import { HIGHEST_OVERLOAD, POLICY_NAMES } from '../compare.js';
import type { Finding } from '../summary.js';
import { cheapestWithin } from '../sweep.js';

const LOWEST_LIMIT = 0.0005;
/** Limits on overload, in equal ratios. */
const LIMITS = Array.from(
  { length: 54 },
  (_, i) => LOWEST_LIMIT * (HIGHEST_OVERLOAD / LOWEST_LIMIT) ** (i / 53),
);

/** What the page's script draws. Kept small, since it is part of the page. */
export type ChartData = ReturnType<typeof chartData>;

/** Reduces a finished backtest to what its charts show. Times are epoch seconds; null is not known. */
export function chartData({ backtest }: Finding) {
  const { options, startSeconds, demand, replay, target, comparison, events } = backtest;
  const { setup, trigger } = options;
  return {
    /** IANA zone in which times are shown. */
    timezone: trigger.timezone,
    /** Each minute. */
    times: Array.from(demand, (_, minute) => startSeconds + 60 * minute),
    load: shortened(demand),
    /** What this scaler answered. */
    answered: shortened((target ?? replay).values),
    /** The forecast of the coming peak behind it. */
    forecast: shortened(replay.forecastPeaks),
    /** Replicas that carry the load at full use. */
    needed: shortened(demand.map((value) => Math.ceil(value / setup.capacityPerReplica))),
    policies: comparison.policies.map(({ key, replicas, overloadedSeconds, sweep, outcome }) => ({
      key,
      name: POLICY_NAMES[key],
      replicas: Array.from(replicas),
      /** Begin and end of each stretch of overload. */
      overloads: stretches(overloadedSeconds, startSeconds),
      /** Pod-hours at each of `limits`; null where no target utilization keeps it. */
      cost: LIMITS.map((limit) => shorten(cheapestWithin(sweep, limit)?.podHours ?? Number.NaN)),
      /** Overloaded time in percent and pod-hours as chosen for an accepted overload; left out where nothing was chosen. */
      ...((key === 'target' || key === 'reactiveTarget') && {
        chosen: [100 * outcome.overloadedShare, outcome.podHours] as const,
      }),
    })),
    /** Begin, end and name of each event, with what it does. */
    events: events.map(
      ({ name, effects, ...at }) =>
        [at.startSeconds, at.endSeconds, `${name}: ${effectText(effects, trigger.timezone)}`] as const,
    ),
    /** Limits on overloaded time in percent, ascending. */
    limits: LIMITS.map((limit) => Number((100 * limit).toPrecision(3))),
  };
}

function shortened(values: Float64Array): (number | null)[] {
  return Array.from(values, shorten);
}

/** Four significant digits are more than a chart can show. */
function shorten(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
}

function stretches(overloadedSeconds: Float64Array, startSeconds: number): [number, number][] {
  const found: [number, number][] = [];
  overloadedSeconds.forEach((seconds, minute) => {
    if (seconds === 0) return;
    const from = startSeconds + 60 * minute;
    const last = found.at(-1);
    if (last && last[1] === from) last[1] = from + 60;
    else found.push([from, from + 60]);
  });
  return found;
}
