import type { Backtest } from './backtest.js';
import { resultOf } from './compare.js';
import { cheapestWithin, type SweepPoint } from './sweep.js';

/** A threshold above the one that was given, with its cost and overload. */
export type CheaperThreshold = Omit<SweepPoint, 'utilization'> & { readonly threshold: number };

/** A smaller saving of pod-hours is within the difference from one week to the next. */
export const SAVING_THAT_COUNTS = 0.03;

/**
 * The cheapest threshold that keeps overload at or under 0.2 % of the time, or 1 % where that is out of reach;
 * undefined when it saves little, or when a reactive HPA with as few pods keeps the same limit: then the threshold
 * saves, not the forecast. Never above what a replica carries: without a model the observed load is divided by it.
 */
export function cheaperThresholdOf({
  comparison,
  options: { setup },
}: Backtest): CheaperThreshold | undefined {
  const reactive = resultOf(comparison, 'reactive');
  const own = resultOf(comparison, 'predictive');
  const [first, second] = comparison.equalOverload;
  for (const { overloadedShare } of [second, first]) {
    const point = cheapestWithin(own.sweep, overloadedShare, 1);
    if (!point) continue;
    const byReactive = cheapestWithin(reactive.sweep, overloadedShare, 1);
    if (!savesAgainst(own.outcome, point) || (byReactive && !savesAgainst(byReactive, point)))
      return undefined;
    const { utilization, ...cost } = point;
    return { threshold: roundDownTo3Digits(utilization * setup.capacityPerReplica), ...cost };
  }
  return undefined;
}

function savesAgainst(other: { readonly podHours: number }, { podHours }: SweepPoint): boolean {
  return podHours < other.podHours * (1 - SAVING_THAT_COUNTS);
}

function roundDownTo3Digits(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Number((Math.floor(value / unit + 1e-9) * unit).toPrecision(3));
}
