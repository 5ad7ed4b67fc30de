import { formatDuration } from '../shared/duration.js';
import type { Backtest } from './backtest.js';
import { type CheaperThreshold, cheaperThresholdOf, SAVING_THAT_COUNTS } from './cheaper-threshold.js';
import { type EqualOverload, resultOf } from './compare.js';
import { formatShare } from './format.js';
import { policySentences, reasonsOf, reasonsToScaleNothing, targetSentence } from './reasons.js';
import { minutesByReason, type Replay } from './replay.js';
import type { TargetReplay } from './target.js';

/** What to do with this scaler on this series. */
export type Verdict = 'use' | 'observe' | 'not' | 'nothing-to-scale';

/** The verdict and the numbers that it rests on, in sentences. */
export interface Recommendation {
  readonly verdict: Verdict;
  readonly headline: string;
  readonly reasons: readonly string[];
  /** A threshold that needs fewer pods because of the forecast; undefined when there is none worth changing to. */
  readonly cheaperThreshold?: CheaperThreshold | undefined;
}

type Decision = Omit<Recommendation, 'headline'>;

const HEADLINES: Readonly<Record<Verdict, string>> = {
  use: 'Use it.',
  observe: 'Run it with mode: observe first.',
  not: 'Not for this series.',
  'nothing-to-scale': 'Nothing to scale at this threshold.',
};

/** Saving where only this scaler keeps the limit: as if a reactive HPA needed twice the pods. */
const SAVING_IF_REACTIVE_CANNOT = 0.5;
/** Share of overload at the same threshold that is worth cutting, and the share of pod-hours that it may cost. */
const CUT_THAT_COUNTS = 0.25;
const COST_THAT_COUNTS = 0.1;
/** Less overload than this share of the time is no problem. */
const OVERLOAD_THAT_COUNTS = 0.001;
/** The share of guarded or model-less minutes beyond which the result says little about the forecast. */
const DISTRUST = 0.5;
const DOUBT = 0.1;
/** How far the measured coverage may fall below the quantile asked for. */
const COVERAGE_SLACK = 0.1;
const FIRM_EVIDENCE_MINUTES = 2 * 1440;

/**
 * Says what the numbers mean. The scaler is recommended when it needs fewer pod-hours than a reactive HPA at the same
 * overload, or cuts overload at about the same cost. With little evidence it should be observed first.
 */
export function recommend(backtest: Backtest): Recommendation {
  const { verdict, reasons, cheaperThreshold } = decide(backtest);
  return { verdict, headline: HEADLINES[verdict], reasons, cheaperThreshold };
}

function decide(backtest: Backtest): Decision {
  if (fewestReplicasCarryAll(backtest))
    return { verdict: 'nothing-to-scale', reasons: reasonsToScaleNothing(backtest) };
  if (backtest.target) return decideAtTarget(backtest, backtest.target);
  const [verdict, because] = judge(backtest);
  const cheaperThreshold = verdict === 'not' ? undefined : cheaperThresholdOf(backtest);
  const doubts = verdict === 'not' ? lessThanFirm(backtest.replay) : [];
  const reasons = [...doubts, ...reasonsOf(backtest, verdict === 'use', cheaperThreshold)];
  return { verdict, reasons: because ? [because, ...reasons] : reasons, cheaperThreshold };
}

/** Judges beside a reactive HPA whose target was chosen from the same days in the same way. */
function decideAtTarget({ comparison, replay }: Backtest, target: TargetReplay): Decision {
  const own = resultOf(comparison, 'target').outcome;
  const reactive = resultOf(comparison, 'reactiveTarget').outcome;
  const { targetOverload, choices } = target;
  if (choices.at(-1)?.chosen === undefined)
    return {
      verdict: 'observe',
      reasons: [
        `${formatShare(targetOverload)} target: nothing could be chosen, because the history before this time is too short; a day to learn from and two to replay are needed. Until then the scaler answers as without a target.`,
      ],
    };
  const kept = own.overloadedShare <= targetOverload;
  const reactiveKept = reactive.overloadedShare <= targetOverload;
  const saving = 1 - own.podHours / reactive.podHours;
  const pays = kept && (!reactiveKept || saving >= SAVING_THAT_COUNTS);
  const doubts = lessThanFirm(replay);
  return {
    verdict: pays ? (doubts.length === 0 ? 'use' : 'observe') : kept || reactiveKept ? 'not' : 'observe',
    reasons: [targetSentence(targetOverload, own, reactive), ...doubts, ...policySentences(target)],
  };
}

function fewestReplicasCarryAll({ demand, options: { setup } }: Backtest): boolean {
  const { minReplicas, idleReplicas, capacityPerReplica } = setup;
  const mostCarried = minReplicas * capacityPerReplica;
  return minReplicas > 0 && idleReplicas === undefined && demand.every((load) => !(load > mostCarried));
}

function judge(backtest: Backtest): readonly [verdict: Verdict, because?: string] {
  const { comparison, replay } = backtest;
  const minutes = replay.reasons.length;
  const counts = minutesByReason(replay);
  const guarded = (counts.guarded ?? 0) / minutes;
  const warming = (counts['warming-up'] ?? 0) / minutes;
  const doubts = doubtsOf(backtest, guarded, warming);
  const observeFirst = ['observe', `First, because ${doubts.join(', and ')}.`] as const;
  if (warming > DISTRUST || (!hasSeason(replay) && minutes < FIRM_EVIDENCE_MINUTES)) return observeFirst;
  if (guarded > DISTRUST)
    return [
      'not',
      'For most of the time the model did not clearly beat the last value, which had the larger share in the forecast.',
    ];
  const reactive = resultOf(comparison, 'reactive').outcome;
  const own = resultOf(comparison, 'predictive').outcome;
  const [first, second] = comparison.equalOverload;
  const saving = (savingAt(first) + savingAt(second)) / 2;
  const cut = reactive.overloadedMinutes > 0 ? 1 - own.overloadedMinutes / reactive.overloadedMinutes : 0;
  const cutsCheaply =
    reactive.overloadedShare > OVERLOAD_THAT_COUNTS &&
    cut >= CUT_THAT_COUNTS &&
    own.podHours <= reactive.podHours * (1 + COST_THAT_COUNTS);
  if (saving < SAVING_THAT_COUNTS && !cutsCheaply)
    return ['not', 'A reactive HPA does about as well here: the forecast saves little at the same overload.'];
  return doubts.length > 0 ? observeFirst : ['use'];
}

function shortEvidence(minutes: number): string[] {
  return minutes < FIRM_EVIDENCE_MINUTES
    ? [`only ${formatDuration(60 * minutes)} were evaluated, and two days or more would say enough`]
    : [];
}

function lessThanFirm({ reasons }: Replay): string[] {
  return shortEvidence(reasons.length).map((doubt) => `Less than firm, because ${doubt}.`);
}

function hasSeason({ stage }: Replay): boolean {
  return stage === 'daily' || stage === 'weekly';
}

/** What makes the result less than firm, each as half a sentence. */
function doubtsOf({ replay, coverage, options }: Backtest, guarded: number, warming: number): string[] {
  const minutes = replay.reasons.length;
  const doubts = shortEvidence(minutes);
  if (warming > DOUBT)
    doubts.push(`for ${formatShare(warming)} of the time there was too little history for a model`);
  if (guarded > DOUBT)
    doubts.push(`for ${formatShare(guarded)} of the time the model did not beat the last value`);
  if (coverage < options.trigger.quantile - COVERAGE_SLACK)
    doubts.push(`only ${formatShare(coverage)} of the peaks stayed at or below their forecast`);
  if (!hasSeason(replay)) doubts.push('the model has no season yet');
  return doubts;
}

/** Share of the reactive HPA's pod-hours that the scaler saves at equal overload; negative when it needs more. */
function savingAt({ cheapest: { reactive, predictive } }: EqualOverload): number {
  if (!predictive) return reactive ? -SAVING_IF_REACTIVE_CANNOT : 0;
  return reactive ? 1 - predictive.podHours / reactive.podHours : SAVING_IF_REACTIVE_CANNOT;
}
