import { type Child, h, note, paragraph, sentence } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { OverloadSpan, OverloadView, TriggerDetail } from '../api/contract.js';
import { count, exactPercent, roughPercent, timeElement } from './format.js';

/** The target beside what happened, and the policy of the day. Empty without a target. */
export function overloadNotes({ overload }: TriggerDetail, now: number): readonly Child[] {
  if (!overload) return [];
  const { target, lastDay, lastWeek, measurementProblem, minutesProblem, policy, isApplied } = overload;
  return [
    paragraph`Accepted: ${h('strong', exactPercent(target))} of the time in overload, which is more load than the ready pods carry. In the last day there was ${spanWords(lastDay)}, in the last week ${spanWords(lastWeek)}.`,
    measurementProblem && note`Ready pods cannot be read: ${measurementProblem}`,
    minutesProblem &&
      note`The load of each minute cannot be read, so the highest of each step stands in and more pods are kept: ${minutesProblem}`,
    ...(policy
      ? [
          paragraph`${isApplied ? 'Since' : 'On a dry run, chosen at'} ${timeElement(policy.chosenTime, now)}: pods for ${h('strong', policy.words)}.`,
          h('p', costWords(overload)),
        ]
      : [
          paragraph`There is not enough history to choose a policy: that takes a day to learn from and two to try policies on. Until then the quantile decides.`,
        ]),
  ];
}

/** The cost of the policy beside a reactive HPA, in sentences. */
export function costWords({ policy, reactive, target }: OverloadView): string {
  if (!policy) return '';
  const days = `On the ${count(policy.days)} days before, it`;
  const own = `${roughPercent(policy.overloadedShare)} of overload at ${load(policy.podHoursPerDay)} pod-hours a day`;
  // The worst day counts only in part, so a policy can hold the target with more overload than it.
  const kept =
    policy.overloadedShare > target ? 'the target, except on days unlike those before them' : 'the target';
  const held = policy.isHeld
    ? `${days} would have kept ${kept}: ${own}.`
    : `${days} would have missed the target, like every other policy, and came closest: ${own}.`;
  if (!reactive) return held;
  const saved = 1 - policy.podHoursPerDay / reactive.podHoursPerDay;
  const compared = `${exactPercent(Number(Math.abs(saved).toFixed(2)))} ${saved >= 0 ? 'fewer' : 'more'} pod-hours`;
  return `${held} That is ${compared} than a reactive HPA set in the same way for ${exactPercent(target)}, which had ${roughPercent(reactive.overloadedShare)}.`;
}

function spanWords(span: OverloadSpan | null): Child {
  if (!span) return 'too little known to say';
  const how = span.isMeasured ? 'measured on the ready pods' : 'simulated with a model of pods';
  return sentence`${h('strong', roughPercent(span.share))} (${how})`;
}
