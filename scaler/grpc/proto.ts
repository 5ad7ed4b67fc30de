import { join } from 'node:path';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { packageRoot } from '../shared/package-root.js';
import type { ProtoGrpcType } from './generated/replicas.js';

/** As in the script `proto:types`. An int64 is a string, which stays exact beyond 2^53; absent fields have defaults. */
const options = {
  includeDirs: [join(packageRoot, 'proto')],
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
};

/** KEDA's contract as loaded from proto/externalscaler.proto. */
export const externalScalerPackage = loadSync('externalscaler.proto', options);

/** Has both packages, since proto/replicas.proto imports the other. */
const loaded = loadPackageDefinition(loadSync('replicas.proto', options)) as unknown as ProtoGrpcType;

/** Constructor of the client; its `service` is what a server implements. */
export const { ExternalScaler } = loaded.externalscaler;

/** The same for the service by which replicas ask each other for their triggers. */
export const { Replicas } = loaded.replicas;

/** The service's full name, as gRPC health checks and reflection know it. */
export const EXTERNAL_SCALER_NAME = 'externalscaler.ExternalScaler';
