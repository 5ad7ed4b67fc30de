import { join } from 'node:path';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { packageRoot } from '../shared/package-root.js';
import type { ProtoGrpcType } from './generated/externalscaler.js';

/**
 * KEDA's contract as loaded from proto/externalscaler.proto. The options are those of the `proto:types` script, so that
 * the generated types are right: int64 arrives as a string and stays exact past 2^53, absent fields arrive as
 * their defaults.
 */
export const externalScalerPackage = loadSync(join(packageRoot, 'proto/externalscaler.proto'), {
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
});

const loaded = loadPackageDefinition(externalScalerPackage) as unknown as ProtoGrpcType;

/** The client's constructor; its `service` is what a server implements. */
export const { ExternalScaler } = loaded.externalscaler;

/** The service's full name, as gRPC health checks and reflection know it. */
export const externalScalerName = 'externalscaler.ExternalScaler';
