import type { PlannerObserver } from '../planner/ports.js';
import type { Answer } from '../planner/types.js';
import { policyInWords } from '../policy/policy-load.js';
import { formatDuration } from '../shared/duration.js';
import { withoutNumbers } from '../shared/once-per-change.js';
import { describeSource } from '../trigger/source.js';
import type { Trigger } from '../trigger/trigger.js';
import type { LineLimit } from './line-limit.js';
import type { Logger } from './log.js';

/** Logs what happens to triggers, a line for each change of state. @param limit of the lines about a namespace */
export function triggerLog(log: Logger, limit: LineLimit): PlannerObserver {
  /** Writes a line unless there are too many about the namespace. @returns whether it was written */
  const tell = (level: 'info' | 'warn' | 'error', trigger: Trigger, fields: object, message: string) => {
    const isAdmitted = limit.admits(`namespace ${trigger.namespace}`);
    if (isAdmitted) log[level]({ ...name(trigger), ...fields }, message);
    return isAdmitted;
  };
  const introduce = (trigger: Trigger): void => {
    const { query, stepSeconds, horizonSeconds, historySeconds, notices } = trigger;
    const about = {
      query,
      source: describeSource(trigger.source),
      step: formatDuration(stepSeconds),
      horizon: formatDuration(horizonSeconds),
      history: formatDuration(historySeconds),
    };
    if (tell('info', trigger, about, 'new trigger'))
      for (const notice of notices) tell('warn', trigger, {}, notice);
  };
  return {
    fitFinished: (trigger, seconds) => log.debug({ ...name(trigger), seconds }, 'model fitted'),
    fitFailed: (trigger, seconds, err) =>
      tell('error', trigger, { seconds, err }, 'a fit failed; the model in use stays'),
    policyChosen(trigger, { chosen, days, minutesProblem }) {
      if (chosen === undefined) {
        tell('info', trigger, {}, 'the history is too short to choose a policy');
        return;
      }
      const choice = {
        policy: policyInWords(chosen.policy),
        held: chosen.held,
        overload: chosen.overloadedShare,
        podHoursPerDay: chosen.podHoursPerDay,
        days,
        minutesError: minutesProblem,
      };
      tell(minutesProblem ? 'warn' : 'info', trigger, choice, 'policy chosen for the day');
    },
    choiceFailed: (trigger, err) =>
      tell('error', trigger, { err }, 'no policy could be chosen; the one in use stays'),
    triggerDropped: (trigger) => tell('info', trigger, {}, 'trigger dropped: KEDA no longer asks about it'),
    answerRenewed(trigger, before, after) {
      if (before === undefined) introduce(trigger);
      else if (state(before) === state(after)) return;
      if (after.error) {
        tell('warn', trigger, { kind: after.error.kind }, after.error.message);
        return;
      }
      const { stage, reason, value, observed, nextStageInSeconds, historyFailure, podStartupProblem } =
        after.snapshot;
      const about = {
        stage,
        reason,
        value,
        observed,
        // Rounded, since this is for reading.
        historyError: historyFailure?.message,
        podStartupError: podStartupProblem,
        nextStageIn: nextStageInSeconds ? formatDuration(Math.ceil(nextStageInSeconds)) : undefined,
      };
      const level = historyFailure || podStartupProblem ? 'warn' : 'info';
      tell(level, trigger, about, before?.error ? 'trigger answers again' : 'trigger answers');
    },
  };
}

/** A text that is equal for answers that are logged once. */
function state(answer: Answer): string {
  if (answer.error) {
    const { kind, message } = answer.error;
    // A source in trouble fails in changing ways: timeout, breaker open, too many requests.
    if (kind === 'unavailable') return `error ${kind}`;
    return `error ${kind} ${withoutNumbers(message)}`;
  }
  const { stage, status, historyFailure, podStartupProblem } = answer.snapshot;
  const lacks = `${historyFailure ? ' without new history' : ''}${podStartupProblem ? ' without start-up time' : ''}`;
  return `${stage} ${status}${lacks}`;
}

function name({ namespace, scaledObject, metricName }: Trigger) {
  return { namespace, scaledObject, metric: metricName };
}
