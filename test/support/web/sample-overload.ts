import { choiceOptions } from '../../../scaler/planner/choice.js';
import { overloadOfAnswers } from '../../../scaler/planner/simulated-overload.js';
import type { SpanShares } from '../../../scaler/planner/types.js';
import { choiceBoundarySeconds, choosePolicy } from '../../../scaler/policy/choose.js';
import { SAMPLE_NOW_SECONDS, type Sample, snapshotOf, withSnapshot } from './sample-answers.js';

/** A sample whose trigger accepts overload for a hundredth of the time, with the policy that its history leads to. */
export function withOverload(sample: Sample, seen: SpanShares = { day: undefined, week: undefined }): Sample {
  const { evidence } = sample;
  if (!evidence) throw new Error('this sample has no history to choose from');
  const trigger = {
    ...sample.trigger,
    targetOverload: 0.01,
    capacity: 1.25 * sample.trigger.threshold,
    podStartupSeconds: 120,
  };
  const boundary = choiceBoundarySeconds(SAMPLE_NOW_SECONDS);
  const choice = choosePolicy(
    evidence.history,
    undefined,
    choiceOptions(trigger, boundary, { refitSeconds: 3600 }),
  );
  const simulated = { day: overloadOfAnswers(evidence.past, trigger), week: choice.chosen?.overloadedShare };
  const policy = choice.chosen?.policy;
  const inUse = { ...trigger, quantile: policy?.basis === 'forecast' ? policy.quantile : trigger.quantile };
  return withSnapshot(
    { ...sample, trigger: inUse },
    {
      trigger: inUse,
      overload: { choice, seen, seenProblem: undefined, simulated },
      decidedBy: 'policy',
      unboundedValue: snapshotOf(sample).value,
    },
  );
}
