import type { handleUnaryCall } from '@grpc/grpc-js';
import { ScalerError } from '../errors.js';
import type { Answers, Snapshot } from '../planner/types.js';
import { show } from '../show.js';
import type { Trigger } from '../trigger.js';
import type { ExternalScalerHandlers } from './generated/externalscaler/ExternalScaler.js';
import type { Log } from './log.js';
import { metricValue } from './metric-values.js';
import { toStatus } from './status.js';
import type { TriggerCache } from './trigger-cache.js';

/** The RPCs that give one answer. */
export type UnaryHandlers = Pick<ExternalScalerHandlers, 'GetMetricSpec' | 'GetMetrics' | 'IsActive'>;

/** As much of the planner as the RPCs read. */
export type ReadAnswers = Pick<Answers, 'answer' | 'subscribe'>;

/** What the RPCs are made of. */
export interface HandlerParts {
  readonly triggers: TriggerCache;
  readonly answers: ReadAnswers;
  readonly log: Log;
}

/**
 * IsActive, GetMetricSpec and GetMetrics. They translate and look up, nothing else. GetMetricSpec answers from the
 * metadata alone: a failing GetMetricSpec would switch KEDA's fallback off.
 */
export function unaryHandlers({ triggers, answers, log }: HandlerParts): UnaryHandlers {
  async function snapshotOf(trigger: Trigger): Promise<Snapshot> {
    const answer = await answers.answer(trigger);
    if ('error' in answer) throw answer.error;
    return answer.snapshot;
  }

  return {
    GetMetricSpec: unary(log, (ref) => triggers.get(ref).specs),
    IsActive: unary(log, async (ref) => {
      const { active } = await snapshotOf(triggers.get(ref).trigger);
      return { result: active };
    }),
    GetMetrics: unary(log, async (request) => {
      const { trigger, scale } = triggers.get(request.scaledObjectRef);
      requireMetricName(request.metricName, trigger);
      const { value } = await snapshotOf(trigger);
      return { metricValues: [metricValue(trigger.metricName, value, scale)] };
    }),
  };
}

/** A handler that answers with what `answer` returns, and with the status of what it throws. */
function unary<Request, Response>(
  log: Log,
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return async (call, respond) => {
    let response: Response;
    try {
      response = await answer(call.request);
    } catch (error) {
      respond(toStatus(error, log));
      return;
    }
    respond(null, response);
  };
}

/** KEDA takes its own prefix (`s0-`, `s1-`, …) off before it calls; people who probe by hand often do not. */
const kedaPrefix = /^s\d+-/;

function requireMetricName(received: string, trigger: Trigger): void {
  const { metricName, namespace, scaledObject } = trigger;
  if (received === metricName || received.replace(kedaPrefix, '') === metricName) return;
  throw new ScalerError(
    'invalid',
    `metricName: received ${show(received)}, expected "${metricName}" ` +
      `as GetMetricSpec names it for ScaledObject ${namespace}/${scaledObject}`,
  );
}
