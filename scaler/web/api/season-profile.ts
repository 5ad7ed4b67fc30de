import type { FittedModel, Member, PooledModel } from '../../forecast/index.js';
import type { SeasonProfile } from './contract.js';
import { rounded } from './json-values.js';

/**
 * The seasons of the model of the means, in the query's unit: the effects of its members with their weights at the
 * horizon. The effect of a member in the log form is that at its present level.
 *
 * @returns shortest period first
 */
export function seasonProfiles({ mean, timezone }: FittedModel): SeasonProfile[] {
  const periods = new Set(
    mean.members.flatMap((member) => member.seasons.map((season) => season.periodSeconds)),
  );
  return [...periods]
    .sort((a, b) => a - b)
    .flatMap((periodSeconds) => profile(mean, periodSeconds, timezone) ?? []);
}

function profile(pool: PooledModel, periodSeconds: number, timezone: string): SeasonProfile | undefined {
  const weights = pool.weights.at(-1)!;
  let sum: Float64Array | undefined;
  let total = 0;
  pool.members.forEach((member, index) => {
    const season = member.seasons.find((candidate) => candidate.periodSeconds === periodSeconds);
    if (!season) return;
    const weight = weights[index]!;
    sum ??= new Float64Array(season.effects.length);
    total += weight;
    const effect = effectInUnit(member);
    for (let slot = 0; slot < sum.length; slot++) sum[slot]! += weight * effect(season.effects[slot]!);
  });
  if (!sum || total === 0) return undefined;
  const centre = sum.reduce((all, effect) => all + effect, 0) / sum.length;
  const effects = Array.from(sum, (effect) => rounded((effect - centre) / total));
  return { periodSeconds, slotSeconds: periodSeconds / effects.length, timezone, effects };
}

function effectInUnit({ form, level }: Member): (effect: number) => number {
  if (form === 'additive') return (effect) => effect;
  return (effect) => Math.exp(level + effect) - Math.exp(level);
}
