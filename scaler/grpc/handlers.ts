import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Answers, Snapshot } from '../planner/types.js';
import { invalid } from '../shared/errors.js';
import { show } from '../shared/show.js';
import type { Trigger } from '../trigger/trigger.js';
import type { ExternalScalerHandlers } from './generated/externalscaler/ExternalScaler.js';
import type { Log } from './log.js';
import { metricValue } from './metric-values.js';
import { toStatus } from './status.js';
import type { ParsedTrigger, TriggerCache } from './trigger-cache.js';

/** Handlers of the RPCs with one answer. */
export type UnaryHandlers = Pick<ExternalScalerHandlers, 'GetMetricSpec' | 'GetMetrics' | 'IsActive'>;

/** The part of the planner that the RPCs read. */
export type ReadAnswers = Pick<Answers, 'answer' | 'subscribe'>;

/** What the RPCs need. */
export interface HandlerParts {
  readonly triggers: TriggerCache;
  readonly answers: ReadAnswers;
  readonly log: Log;
}

/** GetMetricSpec answers from the metadata alone: if it failed with Prometheus, KEDA would not use its fallback. */
export function unaryHandlers({ triggers, answers, log }: HandlerParts): UnaryHandlers {
  /** With callbacks, since async functions would cost every call more promises. */
  function fromSnapshot<Request, Response>(
    find: (request: Request) => ParsedTrigger,
    make: (snapshot: Snapshot, known: ParsedTrigger) => Response,
  ): handleUnaryCall<Request, Response> {
    return ({ request }, respond) => {
      const fail = (error: unknown) => respond(toStatus(error, log));
      try {
        const known = find(request);
        answers
          .answer(known.trigger)
          .then((answer) => {
            if (answer.error) fail(answer.error);
            else respond(null, make(answer.snapshot, known));
          })
          .catch(fail);
      } catch (error) {
        fail(error);
      }
    };
  }

  return {
    GetMetricSpec: ({ request }, respond) => {
      try {
        respond(null, triggers.get(request).specs);
      } catch (error) {
        respond(toStatus(error, log));
      }
    },
    IsActive: fromSnapshot(
      (ref) => triggers.get(ref),
      ({ active }) => ({ result: active }),
    ),
    GetMetrics: fromSnapshot(
      ({ scaledObjectRef, metricName }) => {
        const known = triggers.get(scaledObjectRef);
        requireMetricName(metricName, known.trigger);
        return known;
      },
      ({ value }, { trigger, scale }) => ({ metricValues: [metricValue(trigger.metricName, value, scale)] }),
    ),
  };
}

/** KEDA removes its prefix (`s0-`, `s1-`, …) before it calls; people who probe by hand often keep it. */
const kedaPrefix = /^s\d+-/;

function requireMetricName(received: string, trigger: Trigger): void {
  const { metricName, namespace, scaledObject } = trigger;
  if (received === metricName || received.replace(kedaPrefix, '') === metricName) return;
  throw invalid(
    `metricName: received ${show(received)}, expected "${metricName}" ` +
      `as GetMetricSpec names it for ScaledObject ${namespace}/${scaledObject}`,
  );
}
