import { formatDuration } from '../duration.js';
import type { Reason } from '../planner/types.js';
import type { Backtest } from './backtest.js';
import { type EqualOverload, resultOf } from './compare.js';
import { formatAmount, formatMinutes, formatShare } from './format.js';
import type { ScalingOutcome } from './scaled-workload.js';

/** What to do with this scaler on this series. */
export type Verdict = 'use' | 'observe' | 'not';

/** The verdict and the numbers that it rests on, in sentences. */
export interface Recommendation {
  readonly verdict: Verdict;
  readonly headline: string;
  readonly reasons: readonly string[];
}

const HEADLINES: Readonly<Record<Verdict, string>> = {
  use: 'Use it.',
  observe: 'Run it with mode: observe first.',
  not: 'Not for this series.',
};

/** A saving of pod-hours below this is within what the next week may bring either way. */
const SAVING_THAT_COUNTS = 0.03;
/** What counts as saved where only this scaler keeps the limit: as if a reactive HPA needed twice the pods. */
const SAVING_IF_REACTIVE_CANNOT = 0.5;
/** So much less overload at the same threshold is worth having, if it does not cost more than `COST_THAT_COUNTS`. */
const CUT_THAT_COUNTS = 0.25;
const COST_THAT_COUNTS = 0.1;
/** Overload below this share of the time needs no cure. */
const OVERLOAD_THAT_COUNTS = 0.001;
/** The share of guarded or model-less minutes beyond which the result says little about the forecast. */
const DISTRUST = 0.5;
const DOUBT = 0.1;
/** How far the measured coverage may fall below the quantile asked for. */
const COVERAGE_SLACK = 0.1;
const FIRM_EVIDENCE_MINUTES = 2 * 1440;

/**
 * Says in words what the numbers mean. The scaler is recommended when it needs fewer pod-hours than a reactive HPA at
 * the same overload, or cuts overload at about the same cost, and the evidence is firm; to be observed first when it
 * promises that on thin evidence; and not at all when it does neither, or when its model rarely earned its place.
 */
export function recommend(backtest: Backtest): Recommendation {
  const evidence = weigh(backtest);
  const { verdict, because } = decide(evidence);
  return { verdict, headline: HEADLINES[verdict], reasons: [...because, ...reasonsOf(backtest, evidence)] };
}

/** The numbers that decide. */
interface Evidence {
  readonly reactive: ScalingOutcome;
  readonly own: ScalingOutcome;
  /** Share of the reactive HPA's pod-hours saved at equal overload, on average over 1 % and 0.2 %. */
  readonly saving: number;
  /** Shares of minutes in which the model was set aside, and in which there was none. */
  readonly guarded: number;
  readonly warming: number;
  /** What makes the result less than firm, each as half a sentence. */
  readonly doubts: readonly string[];
}

function weigh({ comparison, replay, coverage, options }: Backtest): Evidence {
  const minutes = replay.reasons.length;
  const share = (reason: Reason) => replay.reasons.filter((each) => each === reason).length / minutes;
  const guarded = share('guarded');
  const warming = share('warming-up');
  const [first, second] = comparison.equalOverload;
  const doubts: string[] = [];
  if (minutes < FIRM_EVIDENCE_MINUTES)
    doubts.push(`only ${formatDuration(60 * minutes)} were evaluated, and two days or more would say enough`);
  if (warming > DOUBT)
    doubts.push(`for ${formatShare(warming)} of the time there was too little history for a model`);
  if (guarded > DOUBT)
    doubts.push(`for ${formatShare(guarded)} of the time the model did not beat the last value`);
  if (coverage < options.trigger.quantile - COVERAGE_SLACK)
    doubts.push(`only ${formatShare(coverage)} of the peaks stayed at or below their forecast`);
  if (replay.stage === 'trend' || replay.stage === 'observed') doubts.push('the model has no season yet');
  return {
    reactive: resultOf(comparison, 'reactive').outcome,
    own: resultOf(comparison, 'predictive').outcome,
    saving: (savingAt(first) + savingAt(second)) / 2,
    guarded,
    warming,
    doubts,
  };
}

function decide(evidence: Evidence): { readonly verdict: Verdict; readonly because: readonly string[] } {
  const { reactive, own, saving, guarded, warming, doubts } = evidence;
  if (guarded > DISTRUST)
    return {
      verdict: 'not',
      because: [
        'For most of the time the model did not beat the last value, so the observed load was answered.',
      ],
    };
  const observeFirst = { verdict: 'observe', because: [`First, because ${doubts.join(', and ')}.`] } as const;
  if (warming > DISTRUST) return observeFirst;
  const cut = reactive.overloadedMinutes > 0 ? 1 - own.overloadedMinutes / reactive.overloadedMinutes : 0;
  const cutsCheaply =
    reactive.overloadedShare > OVERLOAD_THAT_COUNTS &&
    cut >= CUT_THAT_COUNTS &&
    own.podHours <= reactive.podHours * (1 + COST_THAT_COUNTS);
  if (saving < SAVING_THAT_COUNTS && !cutsCheaply)
    return {
      verdict: 'not',
      because: ['A reactive HPA does about as well here: the forecast saves little at the same overload.'],
    };
  return doubts.length > 0 ? observeFirst : { verdict: 'use', because: [] };
}

/** Share of the reactive HPA's pod-hours that the scaler saves at equal overload; negative when it needs more. */
function savingAt({ cheapest: { reactive, predictive } }: EqualOverload): number {
  if (!predictive) return reactive ? -SAVING_IF_REACTIVE_CANNOT : 0;
  return reactive ? 1 - predictive.podHours / reactive.podHours : SAVING_IF_REACTIVE_CANNOT;
}

function reasonsOf({ comparison, coverage, options }: Backtest, { reactive, own }: Evidence): string[] {
  const { setup, trigger } = options;
  const [first, second, asReactive] = comparison.equalOverload;
  const reasons = [
    `At the threshold, the reactive HPA is overloaded for ${formatMinutes(reactive.overloadedMinutes)} with ` +
      `${formatAmount(reactive.podHours)} pod-hours, this scaler for ${formatMinutes(own.overloadedMinutes)} with ` +
      `${formatAmount(own.podHours)}.`,
    sentenceAt(first),
    sentenceAt(second),
  ];
  // Without overload of its own, the reactive HPA's limit would be an ideal that says nothing.
  if (asReactive.overloadedShare > 0) reasons.push(sentenceAt(asReactive));
  const better = second.cheapest.predictive ?? first.cheapest.predictive;
  if (better && better.podHours < own.podHours * (1 - SAVING_THAT_COUNTS))
    reasons.push(
      `With this scaler a threshold of ${formatAmount(better.utilisation * setup.capacityPerReplica)} instead of ` +
        `${formatAmount(setup.targetPerReplica)} is enough: ${formatAmount(better.podHours)} pod-hours at ` +
        `${formatShare(better.overloadedShare)} overload.`,
    );
  const { yesterday, predictive } = first.cheapest;
  if (yesterday && predictive && yesterday.podHours < predictive.podHours * (1 - SAVING_THAT_COUNTS))
    reasons.push(
      `The same time yesterday does better here, with ${formatAmount(yesterday.podHours)} pod-hours for at most ` +
        `${formatShare(first.overloadedShare)} overloaded time.`,
    );
  if (Number.isFinite(coverage))
    reasons.push(
      `The peak over the next ${formatDuration(trigger.horizonSeconds)} stayed at or below its forecast in ` +
        `${formatShare(coverage)} of the steps; ${formatShare(trigger.quantile)} were asked for.`,
    );
  return reasons;
}

function sentenceAt({ overloadedShare, cheapest: { reactive, predictive } }: EqualOverload): string {
  const limit = `For at most ${formatShare(overloadedShare)} overloaded time`;
  if (!reactive && !predictive)
    return `${limit} neither the reactive HPA nor this scaler suffices at 30 % target use.`;
  if (!reactive)
    return `${limit} this scaler needs ${formatAmount(predictive!.podHours)} pod-hours; the reactive HPA cannot keep that even at 30 % target use.`;
  if (!predictive)
    return `${limit} the reactive HPA needs ${formatAmount(reactive.podHours)} pod-hours; this scaler cannot keep that even at 30 % target use.`;
  const saving = 1 - predictive.podHours / reactive.podHours;
  const compared = saving >= 0 ? `${formatShare(saving)} less` : `${formatShare(-saving)} more`;
  return (
    `${limit} this scaler needs ${formatAmount(predictive.podHours)} pod-hours, the reactive HPA ` +
    `${formatAmount(reactive.podHours)}: ${compared}.`
  );
}
