import { DAY_MINUTES } from '../policy/follow-pods.js';
import type { Load } from '../policy/load.js';
import type { Trigger } from '../trigger/trigger.js';
import { oracleSignal, sameTimeSignal } from './baselines.js';
import type { BacktestOptions } from './replay.js';
import { type Simulation, simulateScaling } from './simulate.js';
import { cheapestWithin, type SweepPoint, sweepUtilization } from './sweep.js';
import type { TargetReplay } from './target.js';

/** Ways of scaling that are compared, in the order of the table, with the names that people read. */
export const POLICY_NAMES = {
  reactive: 'reactive HPA',
  yesterday: 'same time yesterday',
  lastWeek: 'same time last week',
  predictive: 'this scaler',
  reactiveTarget: 'reactive HPA, at your target',
  target: 'this scaler, at your target',
  oracle: 'oracle',
} as const;

export type PolicyKey = keyof typeof POLICY_NAMES;

/** One way of scaling, followed through the evaluated span at the trigger's own threshold. */
export interface PolicyResult extends Simulation {
  readonly key: PolicyKey;
  /** The metric it answered in each minute. */
  readonly signal: Float64Array;
  /** The same at other target utilizations, for a comparison at equal overload. */
  readonly sweep: readonly SweepPoint[];
}

/** A limit on overload, and what each way of scaling needs to keep it. */
export interface EqualOverload {
  readonly overloadedShare: number;
  /** Cheapest point of each policy; undefined when no target from 30 % of the capacity on keeps the limit. */
  readonly cheapest: Readonly<Partial<Record<PolicyKey, SweepPoint>>>;
}

/** Ways of scaling side by side. */
export interface Comparison {
  readonly policies: readonly PolicyResult[];
  /** At most 1 % and 0.2 % of the time, and as much as the reactive HPA has at the trigger's threshold. */
  readonly equalOverload: readonly [EqualOverload, EqualOverload, EqualOverload];
}

/** Shares of overloaded time at which ways of scaling are compared. */
const OVERLOAD_LIMITS = [0.01, 0.002] as const;

/** Shares of overloaded time that are no further apart than this count as equal. */
export const EQUAL_OVERLOAD = 0.0005;

/** Ways of scaling are not compared at more overload than this share of the time. */
export const HIGHEST_OVERLOAD = 0.2;

/**
 * Lets each way of scaling follow the same load.
 *
 * @param predictive the scaler's answers in each minute of the span
 * @param onProgress called after each policy with the number of policies done and in all
 * @param target the answers at the overload that is accepted; undefined when none was stated
 */
export function comparePolicies(
  load: Load,
  { span, setup, trigger }: Pick<BacktestOptions, 'span' | 'setup' | 'trigger'>,
  predictive: Float64Array,
  onProgress?: (done: number, of: number) => void,
  target?: TargetReplay,
): Comparison {
  const horizon = horizonMinutes(trigger);
  const reactive = load.observed.slice(span.from, span.to);
  const signals: Partial<Record<PolicyKey, Float64Array>> = {
    reactive,
    yesterday: sameTimeSignal(load, span, horizon, DAY_MINUTES),
    // With less than a week before the span it would only repeat the reactive HPA.
    ...(span.from >= 7 * DAY_MINUTES && {
      lastWeek: sameTimeSignal(load, span, horizon, 7 * DAY_MINUTES),
    }),
    predictive,
    ...(target && { reactiveTarget: target.reactiveValues, target: target.values }),
    oracle: oracleSignal(load, span, horizon),
  };
  // An answer at a target may be far from the load that decides whether the workload is active.
  const actives: Partial<Record<PolicyKey, readonly boolean[]>> = {
    reactiveTarget: Array.from(reactive, (observed) => observed > setup.activationThreshold),
    ...(target && { target: target.active }),
  };
  const demand = load.demand.subarray(span.from, span.to);
  const asReactive = simulateScaling(reactive, demand, setup).outcome.overloadedShare;
  const compared = Object.entries(signals) as [PolicyKey, Float64Array][];
  const policies = compared.map(([key, signal], i): PolicyResult => {
    const simulation = simulateScaling(signal, demand, setup, actives[key]);
    const highest = Math.max(HIGHEST_OVERLOAD, asReactive);
    const sweep = sweepUtilization(signal, demand, setup, highest, actives[key]);
    onProgress?.(i + 1, compared.length);
    return { key, signal, ...simulation, sweep };
  });
  const [first, second] = OVERLOAD_LIMITS;
  return {
    policies,
    equalOverload: [at(first, policies), at(second, policies), at(asReactive, policies)],
  };
}

/** A trigger's horizon in minutes, one at least. */
export function horizonMinutes({ horizonSeconds }: Pick<Trigger, 'horizonSeconds'>): number {
  return Math.max(1, Math.round(horizonSeconds / 60));
}

function at(overloadedShare: number, policies: readonly PolicyResult[]): EqualOverload {
  const cheapest: Partial<Record<PolicyKey, SweepPoint>> = {};
  for (const { key, sweep } of policies) {
    const point = cheapestWithin(sweep, overloadedShare);
    if (point) cheapest[key] = point;
  }
  return { overloadedShare, cheapest };
}

/** The limits to compare at. The third is left out where it would be 0, which says nothing. */
export function tellingLimits({ equalOverload }: Comparison): readonly EqualOverload[] {
  return equalOverload.filter(({ overloadedShare }) => overloadedShare > 0);
}

/** The result of one policy. @throws when it was not compared */
export function resultOf({ policies }: Comparison, key: PolicyKey): PolicyResult {
  const result = policies.find((policy) => policy.key === key);
  if (!result) throw new Error(`the policy ${key} was not compared`);
  return result;
}
