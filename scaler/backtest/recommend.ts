import type { Backtest } from './backtest.js';
import { type EqualOverload, type PolicyKey, resultOf } from './compare.js';
import { formatAmount, formatMinutes, formatShare } from './format.js';

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
const SAVING_THAT_COUNTS = 0.02;
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
  const { comparison, replay, coverage, options } = backtest;
  const minutes = replay.reasons.length;
  const share = (reason: string) => replay.reasons.filter((each) => each === reason).length / minutes;
  const guarded = share('guarded');
  const warming = share('warming-up');
  const reactive = resultOf(comparison, 'reactive').outcome;
  const own = resultOf(comparison, 'predictive').outcome;
  const savings = comparison.equalOverload.map((limit) => savingAt(limit));
  const reasons: string[] = [];

  const minutesOf = (key: PolicyKey) => resultOf(comparison, key).outcome.overloadedMinutes;
  reasons.push(
    `At the threshold, the reactive HPA is overloaded for ${formatMinutes(minutesOf('reactive'))} with ` +
      `${formatAmount(reactive.podHours)} pod-hours, this scaler for ${formatMinutes(minutesOf('predictive'))} with ` +
      `${formatAmount(own.podHours)}.`,
  );
  for (const [i, limit] of comparison.equalOverload.entries()) {
    // The third limit is the reactive HPA's own overload; without any it would repeat an unreachable ideal.
    if (i === 2 && (limit.overloadedShare === 0 || savings[2] === undefined)) continue;
    reasons.push(sentenceAt(limit));
  }
  const yesterday = comparison.equalOverload[0].cheapest.yesterday;
  const ownAtFirst = comparison.equalOverload[0].cheapest.predictive;
  if (yesterday && ownAtFirst && yesterday.podHours < ownAtFirst.podHours * (1 - SAVING_THAT_COUNTS))
    reasons.push(
      `Honestly: the same time yesterday does better here, with ${formatAmount(yesterday.podHours)} pod-hours at ` +
        `${formatShare(comparison.equalOverload[0].overloadedShare)} overload.`,
    );
  if (guarded > 0)
    reasons.push(
      `For ${formatShare(guarded)} of the time the model did not beat the last value and the observed load was answered.`,
    );
  if (warming > 0)
    reasons.push(
      `For ${formatShare(warming)} of the time there was too little history for a model; the newest model was at stage "${replay.stage}".`,
    );
  if (Number.isFinite(coverage))
    reasons.push(
      `The peak over the next ${Math.round(options.trigger.horizonSeconds / 60)} min stayed at or below its forecast in ` +
        `${formatShare(coverage)} of the minutes; ${formatShare(options.trigger.quantile)} were asked for.`,
    );

  const verdict = decide();
  return { verdict, headline: HEADLINES[verdict], reasons };

  function decide(): Verdict {
    if (guarded > DISTRUST) return 'not';
    const cut = reactive.overloadedMinutes > 0 ? 1 - own.overloadedMinutes / reactive.overloadedMinutes : 0;
    const cutsCheaply =
      reactive.overloadedShare > OVERLOAD_THAT_COUNTS &&
      cut >= CUT_THAT_COUNTS &&
      own.podHours <= reactive.podHours * (1 + COST_THAT_COUNTS);
    const saves = savings.slice(0, 2).some((saving) => (saving ?? 0) >= SAVING_THAT_COUNTS);
    if (warming > DISTRUST) return 'observe';
    if (!cutsCheaply && !saves) return 'not';
    const loses = savings.slice(0, 2).some((saving) => (saving ?? 0) <= -SAVING_THAT_COUNTS);
    const firm =
      guarded <= DOUBT &&
      warming <= DOUBT &&
      (replay.stage === 'daily' || replay.stage === 'weekly') &&
      coverage >= options.trigger.quantile - COVERAGE_SLACK &&
      minutes >= FIRM_EVIDENCE_MINUTES &&
      !loses;
    return firm ? 'use' : 'observe';
  }
}

/** Share of the reactive HPA's pod-hours that the scaler saves at equal overload; 1 when only the scaler can keep it. */
function savingAt({ cheapest: { reactive, predictive } }: EqualOverload): number | undefined {
  if (!predictive) return reactive ? -1 : undefined;
  return reactive ? 1 - predictive.podHours / reactive.podHours : 1;
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
