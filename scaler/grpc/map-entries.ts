import descriptors from 'protobufjs/ext/descriptor/index.js';

const { FileDescriptorProto } = descriptors;

/** As much of protobuf's DescriptorProto as is mended here. */
interface Message {
  readonly field?: { name: string; typeName?: string }[];
  readonly nestedType?: (Message & { name: string; options?: { mapEntry?: boolean } })[];
}

/**
 * A file's descriptor with the map fields' entry types named as protobuf demands: `ScalerMetadataEntry` for a field
 * `scalerMetadata`. protobufjs leaves `Entry` out, on which grpcurl refuses to describe or call anything by reflection
 * (fullstorydev/grpcurl#519).
 *
 * @param encoded a FileDescriptorProto
 */
export function withMapEntryNames(encoded: Uint8Array): Buffer {
  const file = FileDescriptorProto.decode(encoded) as unknown as { messageType?: Message[] };
  for (const message of file.messageType ?? []) nameEntries(message);
  return Buffer.from(FileDescriptorProto.encode(file).finish());
}

function nameEntries({ field = [], nestedType = [] }: Message): void {
  for (const nested of nestedType) {
    if (!nested.options?.mapEntry) {
      nameEntries(nested);
      continue;
    }
    const mapField = field.find(({ typeName }) => typeName === nested.name);
    if (!mapField) continue;
    nested.name = entryName(mapField.name);
    mapField.typeName = nested.name;
  }
}

/** As the protobuf compiler names it: `scalerMetadata` and `scaler_metadata` become `ScalerMetadataEntry`. */
function entryName(fieldName: string): string {
  return `${fieldName.replace(/(?:^|_)(.)/g, (_match, letter: string) => letter.toUpperCase())}Entry`;
}
