import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ClientReadableStream, connectivityState, type ServiceError, status } from '@grpc/grpc-js';
import { callUnary, type UnaryRpcs } from './client.js';
import type { ExternalScalerClient } from './generated/externalscaler/ExternalScaler.js';
import type { ScaledObjectRef__Output } from './generated/externalscaler/ScaledObjectRef.js';

/** How a call or a stream ended. */
interface Outcome {
  /** Name of the gRPC status, such as `OK` or `UNAVAILABLE`. */
  readonly code: string;
  /** What the server said of an error. */
  readonly details?: string;
}

/** A call with one answer. */
export interface ProbedCall extends Outcome {
  readonly rpc: keyof UnaryRpcs;
  readonly seconds: number;
  readonly response?: unknown;
}

/** A message of a stream. */
export interface ProbedMessage {
  readonly rpc: 'StreamIsActive' | 'StreamMetricSpec';
  /** Since the stream was opened. */
  readonly afterSeconds: number;
  readonly message: unknown;
}

/** A stream; its code is `OK` while it is open. */
export interface ProbedStream extends Outcome {
  readonly rpc: ProbedMessage['rpc'];
  readonly messages: readonly ProbedMessage[];
}

/** Waits until the connection is made or has failed; a call then shows which. @returns the seconds that it took */
export async function probeConnection(
  client: ExternalScalerClient,
  deadlineSeconds: number,
): Promise<number> {
  const startedMs = performance.now();
  const deadline = Date.now() + deadlineSeconds * 1000;
  const channel = client.getChannel();
  let state = channel.getConnectivityState(true);
  while (state !== connectivityState.READY && state !== connectivityState.TRANSIENT_FAILURE) {
    const expired = await new Promise<Error | undefined>((resolve) =>
      channel.watchConnectivityState(state, deadline, resolve),
    );
    if (expired) break;
    state = channel.getConnectivityState(true);
  }
  return (performance.now() - startedMs) / 1000;
}

/** Calls what KEDA calls at each poll: GetMetricSpec, GetMetrics for each metric of the spec, IsActive. */
export async function probeCalls(
  client: ExternalScalerClient,
  ref: ScaledObjectRef__Output,
  deadlineSeconds: number,
): Promise<ProbedCall[]> {
  async function probe<Name extends keyof UnaryRpcs>(
    rpc: Name,
    request: UnaryRpcs[Name]['request'],
  ): Promise<ProbedCall & { response?: UnaryRpcs[Name]['response'] }> {
    const startedMs = performance.now();
    const seconds = () => (performance.now() - startedMs) / 1000;
    try {
      const response = await callUnary(client, rpc, request, deadlineSeconds);
      return { rpc, seconds: seconds(), code: 'OK', response };
    } catch (error) {
      const { code, details } = error as ServiceError;
      return { rpc, seconds: seconds(), code: status[code], details };
    }
  }

  const spec = await probe('GetMetricSpec', ref);
  const calls: ProbedCall[] = [spec];
  for (const { metricName } of spec.response?.metricSpecs ?? [])
    calls.push(await probe('GetMetrics', { scaledObjectRef: ref, metricName }));
  calls.push(await probe('IsActive', ref));
  return calls;
}

/** How long KEDA waits before it opens a stream again that ended without an error. */
const REOPEN_AFTER_MILLISECONDS = 2000;

/**
 * Opens both streams, as KEDA does for a trigger of type `external-push`, and listens until `signal` is aborted or both
 * have failed. A stream that ends without an error is opened again; the messages that it then repeats are left out.
 *
 * @param onMessage called for each message as it arrives
 */
export async function probeStreams(
  client: ExternalScalerClient,
  ref: ScaledObjectRef__Output,
  signal: AbortSignal,
  onMessage: (message: ProbedMessage) => void = () => {},
): Promise<ProbedStream[]> {
  async function listen<Message>(
    rpc: ProbedMessage['rpc'],
    open: () => ClientReadableStream<Message>,
  ): Promise<ProbedStream> {
    const startedMs = performance.now();
    const messages: ProbedMessage[] = [];
    const take = (message: Message) => {
      if (isDeepStrictEqual(messages.at(-1)?.message, message)) return;
      const received = { rpc, afterSeconds: (performance.now() - startedMs) / 1000, message };
      messages.push(received);
      onMessage(received);
    };
    for (;;) {
      const { code, details } = await statusOf(open(), take);
      if (signal.aborted && (code === status.CANCELLED || code === status.OK))
        return { rpc, messages, code: 'OK' };
      if (code !== status.OK) return { rpc, messages, code: status[code], details };
      await sleep(REOPEN_AFTER_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return { rpc, messages, code: 'OK' };
    }
  }

  function statusOf<Message>(
    stream: ClientReadableStream<Message>,
    take: (message: Message) => void,
  ): Promise<{ code: status; details: string }> {
    const cancel = () => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    stream.on('data', take);
    stream.on('error', () => {}); // The status says the same.
    return new Promise((resolve) =>
      stream.once('status', (ended) => {
        signal.removeEventListener('abort', cancel);
        resolve(ended);
      }),
    );
  }

  return Promise.all([
    listen('StreamIsActive', () => client.StreamIsActive(ref)),
    listen('StreamMetricSpec', () => client.StreamMetricSpec(ref)),
  ]);
}
