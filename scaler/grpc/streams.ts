import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { Answer } from '../planner/types.js';
import type { ExternalScalerHandlers } from './generated/externalscaler/ExternalScaler.js';
import type { GetMetricSpecResponse } from './generated/externalscaler/GetMetricSpecResponse.js';
import type { IsActiveResponse } from './generated/externalscaler/IsActiveResponse.js';
import type { ScaledObjectRef__Output } from './generated/externalscaler/ScaledObjectRef.js';
import type { HandlerParts } from './handlers.js';
import type { GrpcLimits } from './limits.js';
import { type CallStatus, toStatus } from './status.js';
import type { ParsedTrigger } from './trigger-cache.js';

type Push<Message> = ServerWritableStream<ScaledObjectRef__Output, Message>;

/** Sends what a stream carries; returns what stops that. */
type Follow<Message> = (call: Push<Message>, known: ParsedTrigger) => () => void;

/**
 * StreamIsActive and StreamMetricSpec, for triggers of type `external-push`.
 *
 * Both send the current state when they open, and then only changes: since 2.18 each `true` restarts KEDA's cool-down,
 * so a workload with repeated ones would never return to zero (kedacore/http-add-on#1793).
 *
 * An error before the first message ends the stream, and KEDA opens it again with growing delays. Later errors do not:
 * IsActive reports them, and thousands of streams that reopen at once would only add load.
 *
 * A stream ends without an error at the age of a connection. KEDA opens it again within two seconds, and so finds
 * replicas that were added.
 */
export class PushStreams {
  /** By namespace. */
  readonly #open = new Map<string, Set<Push<never>>>();

  constructor(
    private readonly parts: HandlerParts,
    private readonly limits: GrpcLimits,
  ) {}

  get handlers(): Pick<ExternalScalerHandlers, 'StreamIsActive' | 'StreamMetricSpec'> {
    return {
      StreamIsActive: (call) => this.#start(call, this.#followActive),
      StreamMetricSpec: (call) => this.#start(call, sendSpecs),
    };
  }

  /** Ends all streams without an error, so that KEDA opens them at another replica. */
  end(): void {
    for (const call of [...this.#open.values()].flatMap((calls) => [...calls])) call.end();
  }

  #start<Message>(call: Push<Message>, follow: Follow<Message>): void {
    const { namespace } = call.request;
    const tooMany = this.#tooMany(namespace);
    if (tooMany !== undefined) {
      const details = `${tooMany}, which is the limit; the unary RPCs still answer`;
      endWith(call, { code: status.RESOURCE_EXHAUSTED, details });
      return;
    }
    const calls = this.#open.get(namespace) ?? new Set();
    this.#open.set(namespace, calls.add(call));
    // So streams that opened together, as after a restart of KEDA, do not end together.
    const lifeSeconds = this.limits.connectionAgeSeconds * (0.9 + 0.2 * Math.random());
    const ending = setTimeout(() => call.end(), lifeSeconds * 1000).unref();
    let stop = () => {};
    // Emitted however the call ends.
    call.once('cancelled', () => {
      clearTimeout(ending);
      calls.delete(call);
      if (calls.size === 0) this.#open.delete(namespace);
      stop();
    });
    try {
      stop = follow(call, this.parts.triggers.get(call.request));
    } catch (error) {
      endWith(call, toStatus(error, this.parts.log));
    }
  }

  /** What is full; undefined when there is room for another stream of the namespace. */
  #tooMany(namespace: string): string | undefined {
    const { streams, streamsPerNamespace } = this.limits;
    let open = 0;
    for (const calls of this.#open.values()) open += calls.size;
    if (open >= streams) return `${streams} streams are open`;
    if ((this.#open.get(namespace)?.size ?? 0) < streamsPerNamespace) return undefined;
    return `${streamsPerNamespace} streams of namespace ${namespace} are open`;
  }

  readonly #followActive: Follow<IsActiveResponse> = (call, { trigger }) => {
    const { answers, log } = this.parts;
    const write = activeWriter(call);
    let hasBegun = false;
    let isFollowing = true;
    const take = (answer: Answer) => {
      if (answer.error) return;
      hasBegun = true;
      write(answer.snapshot.active);
    };
    const unsubscribe = answers.subscribe(trigger, take);
    answers
      .answer(trigger)
      .then((answer) => {
        if (!isFollowing) return;
        if (answer.error && !hasBegun) throw answer.error;
        take(answer);
      })
      .catch((error: unknown) => endWith(call, toStatus(error, log)));
    return () => {
      isFollowing = false;
      unsubscribe();
    };
  };
}

/** The specs follow from the metadata, so they are sent once. */
const sendSpecs: Follow<GetMetricSpecResponse> = (call, { specs }) => {
  call.write(specs);
  return () => {};
};

/** Writes a state when it differs from the last one written. Only the newest waits for a client that does not read. */
function activeWriter(call: Push<IsActiveResponse>): (active: boolean) => void {
  let wanted: boolean;
  let sent: boolean | undefined;
  let isWriting = false;
  const writeNext = (): void => {
    if (isWriting || wanted === sent || call.cancelled || call.writableEnded) return;
    isWriting = true;
    sent = wanted;
    call.write({ result: wanted }, () => {
      isWriting = false;
      writeNext();
    });
  };
  return (active) => {
    wanted = active;
    writeNext();
  };
}

/** Ends a stream with an error; grpc-js takes the status from an error event. */
function endWith(call: Push<never>, { code, details }: CallStatus): void {
  if (!call.cancelled) call.emit('error', Object.assign(new Error(details), { code, details }));
}
