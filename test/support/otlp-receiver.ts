import express from 'express';
import { type HttpListener, listenHttp } from '../../apps/shared/http-listener.js';

/** One span that a program sent. */
export interface ReceivedSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  attributes: Record<string, unknown>;
}

/** The part of an OTLP/HTTP JSON trace request that is read here (opentelemetry-proto, trace/v1/trace.proto). */
interface TraceRequest {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: {
      spans: {
        name: string;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        attributes: KeyValue[];
      }[];
    }[];
  }[];
}

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

/** Takes spans over OTLP/HTTP with JSON bodies, as a collector does, and keeps them. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly #listener: HttpListener;

  private constructor(listener: HttpListener) {
    this.#listener = listener;
  }

  /** Starts a receiver on a free loopback port. */
  static async start(): Promise<OtlpReceiver> {
    const app = express();
    app.post('/v1/traces', express.json({ limit: '10mb' }), (request, response) => {
      receiver.spans.push(...spansOf(request.body as TraceRequest));
      response.json({});
    });
    const receiver = new OtlpReceiver(await listenHttp(app, { host: '127.0.0.1', port: 0 }));
    return receiver;
  }

  /** The value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get endpoint(): string {
    return this.#listener.url;
  }

  /** Stops the receiver. */
  close(): Promise<void> {
    return this.#listener.close(0);
  }
}

function spansOf(request: TraceRequest): ReceivedSpan[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(plain(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, attributes }) => ({
        service,
        name,
        traceId,
        spanId,
        parentSpanId: parentSpanId || undefined,
        attributes: plain(attributes),
      })),
    );
  });
}

function plain(attributes: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
