import type { Server, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { type AnyDefinition, loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, protoPath } from 'grpc-health-check';
import descriptors from 'protobufjs/ext/descriptor/index.js';
import { EXTERNAL_SCALER_NAME, externalScalerPackage } from './proto.js';

const { FileDescriptorProto } = descriptors;

/** Adds grpc.health.v1 to a server: NOT_SERVING until `set`, for the whole server and for its service. */
export function addHealth(server: Server) {
  const health = new HealthImplementation({ '': 'NOT_SERVING', [EXTERNAL_SCALER_NAME]: 'NOT_SERVING' });
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
    set(serving: boolean): void {
      for (const name of ['', EXTERNAL_SCALER_NAME])
        health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
    },
    /** Ends the calls that watch the health, which otherwise last as long as their client. */
    endWatches(): void {
      for (const call of watches) call.end();
    },
  };
}

/** Adds server reflection, v1 and v1alpha, so that grpcurl lists and describes the services without a proto file. */
export function addReflection(server: Server): void {
  // With the options of grpc-health-check, since only the descriptors count here.
  const healthPackage = loadSync(protoPath, { longs: String, enums: String, defaults: true, oneofs: true });
  const definitions = Object.entries({ ...externalScalerPackage, ...healthPackage });
  const fixed = definitions.map(([name, definition]) => [name, withFixedFiles(definition)]);
  new ReflectionService(Object.fromEntries(fixed)).addToServer(server);
}

/** Messages carry the descriptors of their files; services carry none. */
function withFixedFiles(definition: AnyDefinition): AnyDefinition {
  if (!('fileDescriptorProtos' in definition)) return definition;
  const files = (definition as MessageTypeDefinition<object, object>).fileDescriptorProtos.map(
    withMapEntryNames,
  );
  return { ...definition, fileDescriptorProtos: files } as AnyDefinition;
}

/** The part of a DescriptorProto that is fixed here. */
interface Message {
  readonly field: { typeName: string }[];
  readonly nestedType: { name: string; options?: { mapEntry: boolean } }[];
}

/**
 * A descriptor with the entry types of map fields named as protobuf requires: `ScalerMetadataEntry` for a field
 * `scalerMetadata`. protobufjs leaves `Entry` out, and then grpcurl can use nothing by reflection
 * (fullstorydev/grpcurl#519).
 *
 * @param encoded a FileDescriptorProto
 */
function withMapEntryNames(encoded: Uint8Array): Buffer {
  const file = FileDescriptorProto.decode(encoded) as unknown as { messageType: Message[] };
  for (const { field, nestedType } of file.messageType)
    for (const entry of nestedType.filter(({ options }) => options?.mapEntry)) {
      const mapField = field.find(({ typeName }) => typeName === entry.name)!;
      entry.name += 'Entry';
      mapField.typeName = entry.name;
    }
  return Buffer.from(FileDescriptorProto.encode(file).finish());
}
