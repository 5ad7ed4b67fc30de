import { policyInWords } from '../policy/policy-load.js';
import { formatDuration } from '../shared/duration.js';
import type { Backtest } from './backtest.js';
import { type CheaperThreshold, SAVING_THAT_COUNTS } from './cheaper-threshold.js';
import { EQUAL_OVERLOAD, type EqualOverload, type PolicyResult, resultOf, tellingLimits } from './compare.js';
import { formatAmount, formatMinutes, formatShare } from './format.js';
import type { ScalingOutcome } from './scaled-workload.js';
import { LOWEST_UTILIZATION, type SweepPoint } from './sweep.js';
import type { TargetReplay } from './target.js';
import { replicaSize } from './threshold.js';

/**
 * The numbers behind a verdict about the forecast, each in a sentence.
 *
 * @param isRecommended whether the verdict is to use this scaler without a dry run
 */
export function reasonsOf(
  backtest: Backtest,
  isRecommended: boolean,
  cheaper: CheaperThreshold | undefined,
): readonly string[] {
  const { comparison, coverage, options } = backtest;
  const { setup, trigger } = options;
  const [first] = comparison.equalOverload;
  const reactive = resultOf(comparison, 'reactive');
  const own = resultOf(comparison, 'predictive');
  const reasons = [
    `At the threshold, the reactive HPA is overloaded for ${formatMinutes(reactive.outcome.overloadedMinutes)} with ` +
      `${formatAmount(reactive.outcome.podHours)} pod-hours, this scaler for ${formatMinutes(own.outcome.overloadedMinutes)} with ` +
      `${formatAmount(own.outcome.podHours)}.`,
    ...tellingLimits(comparison).map((limit, i) =>
      sentenceAt(limit, i < 2 ? '' : ', as the reactive HPA has at the threshold,'),
    ),
  ];
  if (setup.minReplicas === 0) reasons.push(...idleSentence(backtest.demand, reactive, own));
  if (cheaper)
    reasons.push(
      `${isRecommended ? 'With this scaler' : 'Once mode: predict is set,'} a threshold of ` +
        `${formatAmount(cheaper.threshold)} instead of ${formatAmount(setup.targetPerReplica)} is enough: ` +
        `${formatAmount(cheaper.podHours)} pod-hours at ${formatShare(cheaper.overloadedShare)} overload.`,
    );
  const { yesterday, predictive } = first.cheapest;
  if (yesterday && predictive && yesterday.podHours < predictive.podHours * (1 - SAVING_THAT_COUNTS))
    reasons.push(
      `The same time yesterday does better here, with ${formatAmount(yesterday.podHours)} pod-hours for at most ` +
        `${formatShare(first.overloadedShare)} overloaded time.`,
    );
  if (Number.isFinite(coverage))
    reasons.push(
      `The load of the next ${formatDuration(trigger.horizonSeconds)} stayed at or below the forecast of its peak for ` +
        `${formatShare(coverage)} of the time; ${formatShare(trigger.quantile)} was asked for.`,
    );
  return reasons;
}

/** Why there is nothing to compare, and which threshold would change that. */
export function reasonsToScaleNothing({ recording, demand, options }: Backtest): readonly string[] {
  const { minReplicas, capacityPerReplica } = options.setup;
  const highest = demand.reduce((most, load) => (load > most ? load : most), 0);
  const lowest = demand.reduce((least, load) => (load < least ? load : least), 0);
  if (highest === 0 && lowest < 0)
    return [
      `The load was never above 0 in this time, and as low as ${formatAmount(lowest)}. Below 0 counts as none: look at the sign of the query.`,
    ];
  if (highest === 0) return ['There was no load at all in this time.'];
  const carried = minReplicas === 1 ? 'one replica carries' : `${minReplicas} replicas carry`;
  const { threshold } = replicaSize(recording.load, undefined, undefined);
  return [
    `At all times ${carried} the load: it was ${formatAmount(highest)} at most, and a replica is overloaded beyond ${formatAmount(capacityPerReplica)}.`,
    'With such a load no way of scaling does better than another, so this says nothing about the forecast.',
    `If a replica carries less, say how much. With --threshold ${threshold} the busiest hundredth of the load would need 20 replicas at full use.`,
  ];
}

/** @param why where the limit comes from; empty for the two usual ones */
function sentenceAt(
  { overloadedShare, cheapest: { reactive, predictive } }: EqualOverload,
  why: string,
): string {
  const limit = `For at most ${formatShare(overloadedShare)} overloaded time${why}`;
  const lowest = `even at ${formatShare(LOWEST_UTILIZATION)} target use`;
  if (!reactive && !predictive)
    return `${limit} neither the reactive HPA nor this scaler suffices, ${lowest}.`;
  if (!reactive)
    return `${limit} this scaler needs ${formatAmount(predictive!.podHours)} pod-hours; the reactive HPA cannot keep that ${lowest}.`;
  if (!predictive)
    return `${limit} the reactive HPA needs ${formatAmount(reactive.podHours)} pod-hours; this scaler cannot keep that ${lowest}.`;
  const share = formatShare(Math.abs(1 - predictive.podHours / reactive.podHours));
  const compared =
    share === '0 %' ? 'the same' : `${share} ${predictive.podHours < reactive.podHours ? 'less' : 'more'}`;
  const apart = Math.abs(predictive.overloadedShare - reactive.overloadedShare) > EQUAL_OVERLOAD;
  const reached = ({ podHours, overloadedShare: share }: SweepPoint) =>
    formatAmount(podHours) + (apart ? ` pod-hours at ${formatShare(share)}` : ' pod-hours');
  return `${limit} this scaler needs ${reached(predictive)}, the reactive HPA ${reached(reactive)}: ${compared}.`;
}

/** Pod-hours of each way of scaling while there was no load, when they differ. */
function idleSentence(demand: Float64Array, reactive: PolicyResult, own: PolicyResult): string[] {
  const idlePodHours = ({ replicas: perMinute }: PolicyResult) =>
    perMinute.reduce((sum, replicas, minute) => sum + (demand[minute] === 0 ? replicas : 0), 0) / 60;
  const [reactiveHours, ownHours] = [idlePodHours(reactive), idlePodHours(own)];
  if (Math.abs(ownHours - reactiveHours) < SAVING_THAT_COUNTS * reactive.outcome.podHours) return [];
  return [
    `While there was no load, this scaler kept pods for ${formatAmount(ownHours)} pod-hours, the reactive HPA for ${formatAmount(reactiveHours)}.`,
  ];
}

/** Target, what was seen and what it saved, in one sentence. */
export function targetSentence(
  targetOverload: number,
  own: ScalingOutcome,
  reactive: ScalingOutcome,
): string {
  const seen = `${formatShare(targetOverload)} target: ${formatShare(own.overloadedShare)} seen`;
  const other = `a reactive HPA calibrated the same way, which had ${formatShare(reactive.overloadedShare)}`;
  const share = formatShare(Math.abs(1 - own.podHours / reactive.podHours));
  if (share === '0 %') return `${seen}, as many pod-hours as ${other}.`;
  return `${seen}, ${share} ${own.podHours < reactive.podHours ? 'fewer' : 'more'} pod-hours than ${other}.`;
}

/** What was chosen last for a target, and what that rests on. */
export function policySentences({ choices, targetOverload }: TargetReplay): string[] {
  const { chosen, days } = choices.at(-1)!;
  const { policy, held, overloadedShare, podHoursPerDay } = chosen!;
  const undecided = choices.filter((choice) => choice.chosen === undefined).length;
  const sentences = [
    `Pods are kept for ${policyInWords(policy)}. On the ${days} days before the last choice that was ${formatShare(overloadedShare)} of overload at ${formatAmount(podHoursPerDay)} pod-hours a day.`,
  ];
  if (!held)
    sentences.push(
      `No policy held ${formatShare(targetOverload)} on these days; this one came closest. Nothing announced the load that came, and none before was as high.`,
    );
  if (undecided > 0)
    sentences.push(`For ${undecided} of ${choices.length} days the history was too short to choose.`);
  return sentences;
}
