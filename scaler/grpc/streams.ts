import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { Answer } from '../planner/types.js';
import type { ExternalScalerHandlers } from './generated/externalscaler/ExternalScaler.js';
import type { GetMetricSpecResponse } from './generated/externalscaler/GetMetricSpecResponse.js';
import type { IsActiveResponse } from './generated/externalscaler/IsActiveResponse.js';
import type { ScaledObjectRef__Output } from './generated/externalscaler/ScaledObjectRef.js';
import type { HandlerParts } from './handlers.js';
import { latestWriter } from './latest-writer.js';
import type { GrpcLimits } from './limits.js';
import { type CallStatus, toStatus } from './status.js';
import type { KnownTrigger } from './trigger-cache.js';

type Push<Message> = ServerWritableStream<ScaledObjectRef__Output, Message>;

/** Starts to follow a trigger on behalf of a stream; the returned function stops. */
type Follow = (known: KnownTrigger) => () => void;

type StreamLimits = Pick<GrpcLimits, 'streams' | 'streamsPerNamespace' | 'connectionAgeSeconds'>;

interface OpenStream {
  /** Parses the metadata anew and follows what comes of it. */
  restart(): void;
  end(): void;
}

/**
 * The RPCs that push: StreamIsActive and StreamMetricSpec, used by triggers of type `external-push`.
 *
 * Both send the current state when they open and then only changes. There is no repetition at intervals: since 2.18
 * KEDA acts on every `true` and ignores `false`, and a repeated `true` restarts its cool-down, so that the workload
 * would never return to zero (kedacore/http-add-on#1793).
 *
 * An error before the first message ends the stream with that error, and KEDA opens it again with growing delays. An
 * error later does not: nothing has changed that KEDA could act upon, IsActive tells the error anyway, and thousands of
 * streams that reopen at once are the last thing a troubled Prometheus needs.
 *
 * A stream ends without an error when it has lived as long as a connection may, and KEDA opens it again within two
 * seconds: on its old connection it would stay at one replica for ever.
 */
export class PushStreams {
  readonly #parts: HandlerParts;
  readonly #limits: StreamLimits;
  readonly #open = new Set<OpenStream>();
  readonly #openIn = new Map<string, number>();

  /** @param limits on the streams open at once, over all connections, and on their life */
  constructor(parts: HandlerParts, limits: StreamLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  get handlers(): Pick<ExternalScalerHandlers, 'StreamIsActive' | 'StreamMetricSpec'> {
    return {
      StreamIsActive: (call) => this.#openStream(call, this.#followActive(call)),
      StreamMetricSpec: (call) => this.#openStream(call, followSpecs(call)),
    };
  }

  /** Streams open now. */
  get size(): number {
    return this.#open.size;
  }

  /** For when what the metadata means has changed: sends what is new, ends the streams whose trigger is now invalid. */
  restart(): void {
    for (const stream of [...this.#open]) stream.restart();
  }

  /** Ends all streams without an error, on which KEDA opens them elsewhere after two seconds. */
  end(): void {
    for (const stream of [...this.#open]) stream.end();
  }

  #openStream<Message>(call: Push<Message>, follow: Follow): void {
    const { namespace } = call.request;
    const tooMany = this.#tooMany(namespace);
    if (tooMany !== undefined) {
      const details = `${tooMany}, which is the limit; the unary RPCs still answer`;
      endWith(call, { code: status.RESOURCE_EXHAUSTED, details });
      return;
    }
    let stop = () => {};
    const stream: OpenStream = {
      restart: () => {
        stop();
        stop = () => {};
        try {
          stop = follow(this.#parts.triggers.get(call.request));
        } catch (error) {
          endWith(call, toStatus(error, this.#parts.log));
        }
      },
      end: () => call.end(),
    };
    this.#open.add(stream);
    // Those that opened together, as after a restart of KEDA, do not end together.
    const lifeSeconds = this.#limits.connectionAgeSeconds * (0.9 + 0.2 * Math.random());
    const ending = setTimeout(stream.end, lifeSeconds * 1000).unref();
    this.#openIn.set(namespace, this.#countOf(namespace) + 1);
    // Emitted however the call ends: by the client, by us, or with its connection.
    call.once('cancelled', () => {
      clearTimeout(ending);
      this.#open.delete(stream);
      const left = this.#countOf(namespace) - 1;
      if (left > 0) this.#openIn.set(namespace, left);
      else this.#openIn.delete(namespace);
      stop();
    });
    stream.restart();
  }

  #countOf(namespace: string): number {
    return this.#openIn.get(namespace) ?? 0;
  }

  /** What is full; undefined when there is room for another stream of the namespace. */
  #tooMany(namespace: string): string | undefined {
    const { streams, streamsPerNamespace } = this.#limits;
    if (this.#open.size >= streams) return `${streams} streams are open`;
    if (this.#countOf(namespace) < streamsPerNamespace) return undefined;
    return `${streamsPerNamespace} streams of namespace ${namespace} are open`;
  }

  #followActive(call: Push<IsActiveResponse>): Follow {
    const { answers, log } = this.#parts;
    const write = latestWriter(call, (active: boolean) => ({ result: active }));
    let begun = false;
    const take = (answer: Answer) => {
      if ('error' in answer) return;
      begun = true;
      write(answer.snapshot.active);
    };
    return ({ trigger }) => {
      let following = true;
      const unsubscribe = answers.subscribe(trigger, take);
      answers
        .answer(trigger)
        .then((answer) => {
          if (!following) return;
          if ('error' in answer && !begun) throw answer.error;
          take(answer);
        })
        .catch((error: unknown) => endWith(call, toStatus(error, log)));
      return () => {
        following = false;
        unsubscribe();
      };
    };
  }
}

/** A trigger's specs follow from its metadata, so they change only when the stream is restarted. */
function followSpecs(call: Push<GetMetricSpecResponse>): Follow {
  let current: GetMetricSpecResponse;
  const write = latestWriter(call, (_identity: string) => current);
  return ({ specs }) => {
    current = specs;
    write(JSON.stringify(specs));
    return () => {};
  };
}

/** Ends a stream with an error; grpc-js takes the status from an error event. */
function endWith(call: Push<never>, { code, details }: CallStatus): void {
  if (!call.cancelled) call.emit('error', Object.assign(new Error(details), { code, details }));
}
