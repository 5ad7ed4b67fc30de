import type { PlannerObserver } from '../planner/ports.js';
import type { Answer } from '../planner/types.js';
import { policyInWords } from '../policy/policy-load.js';
import { formatDuration } from '../shared/duration.js';
import { withoutNumbers } from '../shared/once-per-change.js';
import { describeSource } from '../trigger/source.js';
import type { Trigger } from '../trigger/trigger.js';
import type { LineLimit } from './line-limit.js';
import type { Logger } from './log.js';

/**
 * Logs what happens to triggers: one line when a trigger's state changes, none for an answer that is renewed without a change.
 *
 * @param limit bounds the lines about one namespace
 */
export function triggerLog(log: Logger, limit: LineLimit): PlannerObserver {
  const admits = ({ namespace }: Trigger) => limit.admits(`namespace ${namespace}`);
  return {
    fitFinished: (trigger, seconds) => log.debug({ ...name(trigger), seconds }, 'model fitted'),
    fitFailed(trigger, seconds, err) {
      if (!admits(trigger)) return;
      log.error({ ...name(trigger), seconds, err }, 'a fit failed; the model in use stays');
    },
    policyChosen(trigger, { chosen, days, minutesProblem }) {
      if (!admits(trigger)) return;
      if (chosen === undefined) log.info(name(trigger), 'the history is too short to choose a policy');
      else
        log[minutesProblem ? 'warn' : 'info'](
          {
            ...name(trigger),
            policy: policyInWords(chosen.policy),
            held: chosen.held,
            overload: chosen.overloadedShare,
            podHoursPerDay: chosen.podHoursPerDay,
            days,
            minutesError: minutesProblem,
          },
          'policy chosen for the day',
        );
    },
    choiceFailed(trigger, err) {
      if (admits(trigger))
        log.error({ ...name(trigger), err }, 'no policy could be chosen; the one in use stays');
    },
    triggerDropped(trigger) {
      if (admits(trigger)) log.info(name(trigger), 'trigger dropped: KEDA no longer asks about it');
    },
    answerRenewed(trigger, before, after) {
      if (before === undefined) introduce(log, trigger, () => admits(trigger));
      if (before !== undefined && state(before) === state(after)) return;
      if (!admits(trigger)) return;
      if (after.error) log.warn({ ...name(trigger), kind: after.error.kind }, after.error.message);
      else {
        const { stage, reason, value, observed, nextStageInSeconds, historyFailure, podStartupProblem } =
          after.snapshot;
        log[historyFailure || podStartupProblem ? 'warn' : 'info'](
          {
            ...name(trigger),
            stage,
            reason,
            value,
            observed,
            // Rounded, since this is for reading.
            historyError: historyFailure?.message,
            podStartupError: podStartupProblem,
            nextStageIn: nextStageInSeconds ? formatDuration(Math.ceil(nextStageInSeconds)) : undefined,
          },
          before?.error ? 'trigger answers again' : 'trigger answers',
        );
      }
    },
  };
}

function introduce(log: Logger, trigger: Trigger, admits: () => boolean): void {
  if (!admits()) return;
  log.info(
    {
      ...name(trigger),
      query: trigger.query,
      source: describeSource(trigger.source),
      step: formatDuration(trigger.stepSeconds),
      horizon: formatDuration(trigger.horizonSeconds),
      history: formatDuration(trigger.historySeconds),
    },
    'new trigger',
  );
  for (const notice of trigger.notices) if (admits()) log.warn(name(trigger), notice);
}

/** Answers with the same state are logged once. */
function state(answer: Answer): string {
  if (answer.error) {
    const { kind, message } = answer.error;
    // A source with problems fails in changing ways: timeout, breaker open, too many requests.
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
