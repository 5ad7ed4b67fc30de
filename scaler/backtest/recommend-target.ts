import { policyInWords } from '../policy/policy-load.js';
import type { Backtest } from './backtest.js';
import { SAVING_THAT_COUNTS } from './cheaper-threshold.js';
import { resultOf } from './compare.js';
import { formatAmount, formatShare } from './format.js';
import type { ScalingOutcome } from './scaled-workload.js';
import type { TargetReplay } from './target.js';
import type { Verdict } from './verdict.js';

/** What a backtest at an accepted overload comes to. */
export interface TargetFinding {
  readonly verdict: Extract<Verdict, 'use' | 'observe' | 'not'>;
  readonly reasons: readonly string[];
}

/**
 * Judges this scaler at the overload that is accepted: beside a reactive HPA whose target was chosen from the same days
 * in the same way.
 *
 * @param doubts what makes a result less than firm, each as half a sentence
 */
export function recommendAtTarget(
  { comparison }: Backtest,
  target: TargetReplay,
  doubts: readonly string[],
): TargetFinding {
  const own = resultOf(comparison, 'target').outcome;
  const reactive = resultOf(comparison, 'reactiveTarget').outcome;
  const { targetOverload, choices } = target;
  const chosen = choices.at(-1)?.chosen;
  if (chosen === undefined)
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
  const isFirm = doubts.length === 0;
  return {
    verdict: pays ? (isFirm ? 'use' : 'observe') : kept || reactiveKept ? 'not' : 'observe',
    reasons: [
      targetSentence(targetOverload, own, reactive),
      ...(isFirm ? [] : [`Less than firm, because ${doubts.join(', and ')}.`]),
      ...policySentences(target),
    ],
  };
}

/** Target, what was seen and what it saved, in one sentence. */
function targetSentence(targetOverload: number, own: ScalingOutcome, reactive: ScalingOutcome): string {
  const seen = `${formatShare(targetOverload)} target: ${formatShare(own.overloadedShare)} seen`;
  const other = `a reactive HPA calibrated the same way, which had ${formatShare(reactive.overloadedShare)}`;
  const share = formatShare(Math.abs(1 - own.podHours / reactive.podHours));
  if (share === '0 %') return `${seen}, as many pod-hours as ${other}.`;
  return `${seen}, ${share} ${own.podHours < reactive.podHours ? 'fewer' : 'more'} pod-hours than ${other}.`;
}

function policySentences({ choices, targetOverload }: TargetReplay): string[] {
  const { chosen, days } = choices.at(-1)!;
  const { policy, held, overloadedShare, podHoursPerDay } = chosen!;
  const undecided = choices.filter((choice) => choice.chosen === undefined).length;
  return [
    `Pods are kept for ${policyInWords(policy)}. On the ${days} days before the last choice that was ${formatShare(overloadedShare)} of overload at ${formatAmount(podHoursPerDay)} pod-hours a day.`,
    ...(held
      ? []
      : [
          `No policy held ${formatShare(targetOverload)} on these days: this one came closest. What came there nothing announced, and no load before was as high.`,
        ]),
    ...(undecided > 0
      ? [`For ${undecided} of ${choices.length} days the history was too short to choose.`]
      : []),
  ];
}
