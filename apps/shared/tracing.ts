import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Paths that probes and scrapes call every few seconds: tracing them would only hide the real requests. */
const untracedPaths = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Sends spans over OTLP (HTTP, JSON) to `OTEL_EXPORTER_OTLP_ENDPOINT`, with automatic instrumentation of HTTP
 * servers, Express, fetch, mysql2 and amqplib. Must run before those modules are imported: ES modules cannot be
 * instrumented once loaded. The other standard `OTEL_*` variables (headers, sampler, resource attributes) count too.
 * @param serviceName the name under which traces appear
 * @returns a function that sends what is left and stops
 */
export function startTracing(serviceName: string): () => Promise<void> {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
    data: { include: ['http', 'node:http', 'express', 'mysql2', 'mysql2/promise', 'amqplib'] },
  });
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': serviceName }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  const stopInstrumentations = registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => untracedPaths.has(request.url?.split('?')[0] ?? ''),
      }),
      // A router is named after its first route whatever was asked for: `router - /healthz` in every trace.
      new ExpressInstrumentation({ ignoreLayersType: [ExpressLayerType.ROUTER] }),
      new UndiciInstrumentation(),
      new MySQL2Instrumentation(),
      new AmqplibInstrumentation(),
    ],
  });
  return async () => {
    stopInstrumentations();
    await provider.shutdown();
  };
}
