import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Answers, Snapshot } from '../planner/types.js';
import { ScalerError } from '../shared/errors.js';
import { show } from '../shared/show.js';
import type { Trigger } from '../trigger/trigger.js';
import type { ExternalScalerHandlers } from './generated/externalscaler/ExternalScaler.js';
import type { Log } from './log.js';
import { metricValue } from './metric-values.js';
import { toStatus } from './status.js';
import type { KnownTrigger, TriggerCache } from './trigger-cache.js';

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
  return {
    GetMetricSpec: (call, respond) => {
      try {
        respond(null, triggers.get(call.request).specs);
      } catch (error) {
        respond(toStatus(error, log));
      }
    },
    IsActive: fromSnapshot(
      answers,
      log,
      (ref) => triggers.get(ref),
      ({ active }) => ({ result: active }),
    ),
    GetMetrics: fromSnapshot(
      answers,
      log,
      (request) => {
        const known = triggers.get(request.scaledObjectRef);
        requireMetricName(request.metricName, known.trigger);
        return known;
      },
      ({ value }, { trigger, scale }) => ({ metricValues: [metricValue(trigger.metricName, value, scale)] }),
    ),
  };
}

/**
 * A handler that finds the trigger of a request and makes the response of its snapshot; errors of both become the
 * call's status. Callbacks rather than async functions, since each of those costs every call further promises.
 */
function fromSnapshot<Request, Response>(
  answers: ReadAnswers,
  log: Log,
  find: (request: Request) => KnownTrigger,
  make: (snapshot: Snapshot, known: KnownTrigger) => Response,
): handleUnaryCall<Request, Response> {
  return (call, respond) => {
    const fail = (error: unknown) => respond(toStatus(error, log));
    let known: KnownTrigger;
    try {
      known = find(call.request);
    } catch (error) {
      fail(error);
      return;
    }
    answers
      .answer(known.trigger)
      .then((answer) => {
        if ('error' in answer) fail(answer.error);
        else respond(null, make(answer.snapshot, known));
      })
      .catch(fail);
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
