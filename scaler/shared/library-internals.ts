import { constants, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { Server, ServerInterceptor } from '@grpc/grpc-js';
import { Gauge, type MetricObjectWithValues, type MetricType, type MetricValue } from 'prom-client';

/** The versions whose internals are used here. A test fails when one of them changes. */
export const VERSIONS = { '@grpc/grpc-js': '1.14.7', 'prom-client': '15.1.3' } as const;

/** A call as grpc-js hands it to an interceptor. */
export type GrpcCall = Parameters<ServerInterceptor>[1];

type SentStatus = Parameters<GrpcCall['sendStatus']>[0];

/** The HTTP/2 servers of a gRPC server with a connection injector, for access to their streams. */
export function http2ServersOf(server: Server): Http2Server[] {
  const { http2Servers } = server as unknown as { http2Servers: ReadonlyMap<Http2Server, unknown> };
  return [...http2Servers.keys()];
}

/** Closes the HTTP/2 stream of a call with a status, since its client may never close its half. */
export function closeStream(call: GrpcCall): void {
  (call as GrpcCall & { stream: ServerHttp2Stream }).stream.close(constants.NGHTTP2_NO_ERROR);
}

/** Changes each status of a call, also those that grpc-js itself sends, such as for a message that is too large. */
export function mapStatus(call: GrpcCall, map: (status: SentStatus) => SentStatus): void {
  const { sendStatus } = call;
  call.sendStatus = (status) => sendStatus.call(call, map(status));
}

/** One sample of a gauge; the text of `sharedLabels` is made once for each object. */
export interface SharedLabelSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly sharedLabels: Readonly<Record<string, string>>;
}

/**
 * A gauge whose samples are made when it is scraped, with labels that many gauges share. For 10,000 triggers and 20
 * gauges a scrape takes 0.2 s of CPU time, instead of 1 s with `collect` and `set`.
 */
export class SharedLabelGauge extends Gauge {
  readonly #samples: () => SharedLabelSample[];
  readonly #head: { name: string; help: string };

  constructor(options: ConstructorParameters<typeof Gauge>[0], samples: () => SharedLabelSample[]) {
    super(options);
    this.#samples = samples;
    this.#head = { name: options.name, help: options.help };
  }

  /** What the registry asks for when it writes text. */
  async getForPromString(): Promise<object> {
    return { ...this.#head, type: gaugeType, values: this.#samples() };
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const values = this.#samples().map(({ value, labels, sharedLabels }) => ({
      value,
      labels: { ...sharedLabels, ...labels },
    }));
    return { ...this.#head, type: gaugeType, aggregator: 'sum', collect: () => {}, values };
  }
}

/** In the typings of prom-client the type is an enum that exists only at compile time. */
const gaugeType = 'gauge' as unknown as MetricType;
