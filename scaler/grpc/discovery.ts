import type { Server, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { type AnyDefinition, loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, protoPath } from 'grpc-health-check';
import { withMapEntryNames } from './map-entries.js';
import { externalScalerName, externalScalerPackage } from './proto.js';

/** The server's own word on whether it may be called. */
export interface Health {
  set(serving: boolean): void;
  /** Ends the calls that watch the health, which would otherwise last as long as their client. */
  endWatches(): void;
}

/** Adds grpc.health.v1 to a server: NOT_SERVING until told otherwise, for the server as a whole and for its service. */
export function addHealth(server: Server): Health {
  const health = new HealthImplementation({ '': 'NOT_SERVING', [externalScalerName]: 'NOT_SERVING' });
  const watches = new Set<ServerWritableStream<unknown, unknown>>();
  health.addToServer({
    addService(service: Parameters<Server['addService']>[0], implementation: UntypedServiceImplementation) {
      const watch = implementation.watch as (call: ServerWritableStream<unknown, unknown>) => void;
      server.addService(service, {
        ...implementation,
        watch(call: ServerWritableStream<unknown, unknown>) {
          watches.add(call);
          call.once('cancelled', () => watches.delete(call));
          watch(call);
        },
      });
    },
  });
  return {
    set(serving) {
      for (const name of ['', externalScalerName])
        health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
    },
    endWatches() {
      for (const call of watches) call.end();
    },
  };
}

/** Adds server reflection, v1 and v1alpha, so that grpcurl lists and describes the services without a proto file. */
export function addReflection(server: Server): void {
  // The options are grpc-health-check's own, since only the descriptors count here.
  const healthPackage = loadSync(protoPath, { longs: String, enums: String, defaults: true, oneofs: true });
  const definitions = Object.entries({ ...externalScalerPackage, ...healthPackage });
  const mended = definitions.map(([name, definition]) => [name, withMendedFiles(definition)]);
  new ReflectionService(Object.fromEntries(mended)).addToServer(server);
}

/** Messages carry the descriptors of their files; services carry none. */
function withMendedFiles(definition: AnyDefinition): AnyDefinition {
  if (!('fileDescriptorProtos' in definition)) return definition;
  const files = (definition as MessageTypeDefinition<object, object>).fileDescriptorProtos.map(
    withMapEntryNames,
  );
  return { ...definition, fileDescriptorProtos: files } as AnyDefinition;
}
