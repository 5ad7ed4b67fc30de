import { promisify } from 'node:util';
import type { CallOptions, ChannelCredentials, ChannelOptions } from '@grpc/grpc-js';
import type { ExternalScalerClient } from './generated/externalscaler/ExternalScaler.js';
import type { GetMetricSpecResponse__Output } from './generated/externalscaler/GetMetricSpecResponse.js';
import type { GetMetricsRequest } from './generated/externalscaler/GetMetricsRequest.js';
import type { GetMetricsResponse__Output } from './generated/externalscaler/GetMetricsResponse.js';
import type { IsActiveResponse__Output } from './generated/externalscaler/IsActiveResponse.js';
import type { ScaledObjectRef } from './generated/externalscaler/ScaledObjectRef.js';
import { ExternalScaler } from './proto.js';

/** The RPCs with one answer. */
export interface UnaryRpcs {
  GetMetricSpec: { request: ScaledObjectRef; response: GetMetricSpecResponse__Output };
  GetMetrics: { request: GetMetricsRequest; response: GetMetricsResponse__Output };
  IsActive: { request: ScaledObjectRef; response: IsActiveResponse__Output };
}

/** A client with a connection of its own, which opens at the first call. @param address `host:port` */
export function connect(
  address: string,
  credentials: ChannelCredentials,
  options: ChannelOptions = {},
): ExternalScalerClient {
  return new ExternalScaler(address, credentials, { 'grpc.use_local_subchannel_pool': 1, ...options });
}

/** Calls an RPC with one answer. @throws ServiceError with gRPC code and details */
export function callUnary<Name extends keyof UnaryRpcs>(
  client: ExternalScalerClient,
  name: Name,
  request: UnaryRpcs[Name]['request'],
  deadlineSeconds: number,
): Promise<UnaryRpcs[Name]['response']> {
  type Method = (
    request: UnaryRpcs[Name]['request'],
    options: CallOptions,
  ) => Promise<UnaryRpcs[Name]['response']>;
  // The overloads of the generated client cannot be selected by a type parameter.
  const method: Method = promisify(client[name] as never).bind(client);
  return method(request, { deadline: Date.now() + deadlineSeconds * 1000 });
}
