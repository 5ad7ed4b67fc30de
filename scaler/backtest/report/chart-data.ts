import { effectText } from '../../calendar/effect-text.js';
import { HIGHEST_OVERLOAD, POLICY_NAMES, type PolicyKey } from '../compare.js';
import type { Finding } from '../summary.js';
import { cheapestWithin } from '../sweep.js';

/** What the page's script draws. Kept short: it is part of the page. */
export interface ChartData {
  /** IANA zone in which times are shown. */
  readonly timezone: string;
  /** Epoch seconds of each minute. */
  readonly times: readonly number[];
  readonly load: readonly (number | null)[];
  /** What this scaler answered. */
  readonly answered: readonly (number | null)[];
  /** The forecast of the coming peak behind it. */
  readonly forecast: readonly (number | null)[];
  /** Replicas that carry the load at full use. */
  readonly needed: readonly (number | null)[];
  readonly policies: readonly {
    readonly key: PolicyKey;
    readonly name: string;
    readonly replicas: readonly number[];
    /** Begin and end of each stretch of overload, in epoch seconds. */
    readonly overloads: readonly (readonly [number, number])[];
    /** Pod-hours at each of `limits`; null where no target utilization keeps it. */
    readonly cost: readonly (number | null)[];
    /** Overloaded time in percent and pod-hours as chosen for an accepted overload; undefined where nothing was chosen. */
    readonly chosen?: readonly [number, number];
  }[];
  /** Begin, end and name of each event, with what it does. */
  readonly events: readonly (readonly [number, number, string])[];
  /** Limits on overloaded time in percent, ascending. */
  readonly limits: readonly number[];
}

const LOWEST_LIMIT = 0.0005;
/** In equal ratios up to the highest overload that is looked at. */
const LIMITS = Array.from(
  { length: 54 },
  (_, i) => LOWEST_LIMIT * (HIGHEST_OVERLOAD / LOWEST_LIMIT) ** (i / 53),
);

/** Reduces a finished backtest to what its charts show. */
export function chartData({ backtest }: Finding): ChartData {
  const { options, startSeconds, demand, replay, target, comparison, events } = backtest;
  const { setup, trigger } = options;
  return {
    timezone: trigger.timezone,
    times: Array.from(demand, (_, minute) => startSeconds + 60 * minute),
    load: shortened(demand),
    answered: shortened((target ?? replay).values),
    forecast: shortened(replay.forecastPeaks),
    needed: shortened(demand.map((value) => Math.ceil(value / setup.capacityPerReplica))),
    policies: comparison.policies.map(({ key, replicas, overloadedSeconds, sweep, outcome }) => ({
      key,
      name: POLICY_NAMES[key],
      replicas: Array.from(replicas),
      overloads: stretches(overloadedSeconds, startSeconds),
      cost: LIMITS.map((limit) => shorten(cheapestWithin(sweep, limit)?.podHours ?? Number.NaN)),
      ...((key === 'target' || key === 'reactiveTarget') && {
        chosen: [100 * outcome.overloadedShare, outcome.podHours] as const,
      }),
    })),
    events: events.map(({ name, effects, ...at }) => [
      at.startSeconds,
      at.endSeconds,
      `${name}: ${effectText(effects, trigger.timezone)}`,
    ]),
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
