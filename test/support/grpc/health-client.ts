import { type ClientReadableStream, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';

export interface HealthStatus {
  readonly status: string;
}

export interface HealthClient {
  check(name: string): Promise<HealthStatus>;
  watch(name: string): ClientReadableStream<HealthStatus>;
  close(): void;
}

/** A client of grpc.health.v1 in plaintext. */
export function healthClient(port: number): HealthClient {
  const Client = makeGenericClientConstructor(service, 'Health');
  const client = new Client(`localhost:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  return {
    check: (name) =>
      new Promise((resolve, reject) =>
        client.Check!({ service: name }, (error: Error | null, answer: HealthStatus) =>
          error ? reject(error) : resolve(answer),
        ),
      ),
    watch: (name) => client.Watch!({ service: name }) as ClientReadableStream<HealthStatus>,
    close: () => client.close(),
  };
}
