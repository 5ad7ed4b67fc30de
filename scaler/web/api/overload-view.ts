import type { OverloadKept, Snapshot } from '../../planner/types.js';
import { policyInWords } from '../../policy/policy-load.js';
import type { Choice, PolicyPoint, ReplayedPolicy } from '../../policy/types.js';
import { redact } from '../../shared/redact.js';
import type { CostPoint, OverloadSpan, OverloadView, PolicyView } from './contract.js';
import { rfc3339, rounded } from './json-values.js';

/** How a trigger keeps the accepted overload; null without a `targetOverload`. */
export function overloadView({ overload, trigger }: Snapshot): OverloadView | null {
  const { targetOverload } = trigger;
  if (overload === undefined || targetOverload === undefined) return null;
  const { choice, seenProblem } = overload;
  const shown = (problem: string | undefined) => (problem === undefined ? null : redact(problem));
  return {
    target: targetOverload,
    isApplied: trigger.mode === 'predict',
    lastDay: span(overload, 'day'),
    lastWeek: span(overload, 'week'),
    measurementProblem: shown(seenProblem),
    minutesProblem: shown(choice?.minutesProblem),
    policy: choice?.chosen ? policyView(choice, choice.chosen) : null,
    reactive: choice?.reactive ? pointOf(choice.reactive) : null,
    reactiveCurve: choice?.reactive ? curveOf(choice.reactive) : [],
  };
}

/** Overload that was measured on ready pods, or else simulated. */
function span({ seen, simulated }: OverloadKept, which: 'day' | 'week'): OverloadSpan | null {
  const share = seen[which] ?? simulated[which];
  return share === undefined ? null : { share: rounded(share), isMeasured: seen[which] !== undefined };
}

function policyView({ boundarySeconds, days, margin }: Choice, chosen: ReplayedPolicy): PolicyView {
  return {
    words: policyInWords(chosen.policy),
    chosenTime: rfc3339(boundarySeconds),
    days,
    margin: rounded(margin),
    isHeld: chosen.held,
    ...pointOf(chosen),
    curve: curveOf(chosen),
  };
}

function pointOf({ overloadedShare, podHoursPerDay }: PolicyPoint): CostPoint {
  return { overloadedShare: rounded(overloadedShare), podHoursPerDay: rounded(podHoursPerDay) };
}

/** Ascending by overload, with the cheapest of points with equal overload. */
function curveOf({ curve }: ReplayedPolicy): CostPoint[] {
  const cheapest = new Map<number, CostPoint>();
  for (const point of curve.map(pointOf)) {
    const known = cheapest.get(point.overloadedShare);
    if (!known || point.podHoursPerDay < known.podHoursPerDay) cheapest.set(point.overloadedShare, point);
  }
  return [...cheapest.values()].sort((a, b) => a.overloadedShare - b.overloadedShare);
}
