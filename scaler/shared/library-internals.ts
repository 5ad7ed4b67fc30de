import { constants, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { Server, ServerInterceptor } from '@grpc/grpc-js';
import { Gauge, type MetricObjectWithValues, type MetricType, type MetricValue } from 'prom-client';

/** The versions whose insides are used here. The test beside this file fails when one of them changes. */
export const VERSIONS = { '@grpc/grpc-js': '1.14.7', 'prom-client': '15.1.3' } as const;

/** A call as grpc-js hands it to an interceptor. */
export type GrpcCall = Parameters<ServerInterceptor>[1];

/** A status on its way to the client. */
type SentStatus = Parameters<GrpcCall['sendStatus']>[0];

/** The HTTP/2 servers under a gRPC server that has its connection injector: their streams are not offered otherwise. */
export function http2ServersOf(server: Server): Http2Server[] {
  const { http2Servers } = server as unknown as { http2Servers: ReadonlyMap<Http2Server, unknown> };
  return [...http2Servers.keys()];
}

/** Closes the HTTP/2 stream of a call that has its status, whose client has not closed its half and may never. */
export function closeStream(call: GrpcCall): void {
  (call as GrpcCall & { stream: ServerHttp2Stream }).stream.close(constants.NGHTTP2_NO_ERROR);
}

/**
 * Changes each status of a call before it is sent. A wrapping interceptor would miss those that grpc-js itself sends (a
 * message too large, a deadline passed).
 */
export function mapStatus(call: GrpcCall, map: (status: SentStatus) => SentStatus): void {
  const { sendStatus } = call;
  call.sendStatus = (status) => sendStatus.call(call, map(status));
}

/** One sample of a gauge; `sharedLabels` are turned into text once for each object and then remembered. */
export interface SharedLabelSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly sharedLabels: Readonly<Record<string, string>>;
}

/**
 * A gauge whose samples are made when it is scraped, with labels that many gauges share. For 10,000 triggers and 20
 * gauges a scrape takes a quarter of the processor time that `collect` and `set` take (0.2 s instead of 1 s).
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

/** The typings of prom-client know the type as an enum that exists at compile time only. */
const gaugeType = 'gauge' as unknown as MetricType;
