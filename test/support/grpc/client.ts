import type { ClientReadableStream } from '@grpc/grpc-js';
import type { ScaledObjectRef__Output } from '../../../scaler/grpc/generated/externalscaler/ScaledObjectRef.js';

/** The reference that KEDA would send for the ScaledObject shop/web with a query and the given metadata. */
export function scaledObjectRef(scalerMetadata: Record<string, string> = {}): ScaledObjectRef__Output {
  return {
    name: 'web',
    namespace: 'shop',
    scalerMetadata: {
      query: 'sum(rate(requests[1m]))',
      metricName: 'web-load',
      threshold: '100',
      ...scalerMetadata,
    },
  };
}

/** What a stream has delivered so far, and how it ended. */
export interface Recording<Message> {
  readonly messages: Message[];
  /** The stream's status; code 0 when it ended without an error. */
  readonly ended: Promise<{ code: number; details: string }>;
}

/** Records a stream from its opening on. */
export function record<Message>(stream: ClientReadableStream<Message>): Recording<Message> {
  const messages: Message[] = [];
  stream.on('data', (message: Message) => messages.push(message));
  stream.on('error', () => {}); // The status tells the same.
  const ended = new Promise<{ code: number; details: string }>((resolve) => stream.once('status', resolve));
  return { messages, ended };
}
