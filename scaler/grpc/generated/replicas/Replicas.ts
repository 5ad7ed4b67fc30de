// Original file: proto/replicas.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { KnownTriggersRequest as _replicas_KnownTriggersRequest, KnownTriggersRequest__Output as _replicas_KnownTriggersRequest__Output } from '../replicas/KnownTriggersRequest.js';
import type { ScaledObjectRef as _externalscaler_ScaledObjectRef, ScaledObjectRef__Output as _externalscaler_ScaledObjectRef__Output } from '../externalscaler/ScaledObjectRef.js';

export interface ReplicasClient extends grpc.Client {
  /**
   * The triggers that this replica is asked about, as KEDA sent them, so that a replica that starts can fit their models
   * before KEDA uses it. Answered to other replicas only: metadata may hold credentials.
   */
  KnownTriggers(argument: _replicas_KnownTriggersRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_externalscaler_ScaledObjectRef__Output>;
  KnownTriggers(argument: _replicas_KnownTriggersRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_externalscaler_ScaledObjectRef__Output>;
  /**
   * The triggers that this replica is asked about, as KEDA sent them, so that a replica that starts can fit their models
   * before KEDA uses it. Answered to other replicas only: metadata may hold credentials.
   */
  knownTriggers(argument: _replicas_KnownTriggersRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_externalscaler_ScaledObjectRef__Output>;
  knownTriggers(argument: _replicas_KnownTriggersRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_externalscaler_ScaledObjectRef__Output>;
  
}

export interface ReplicasHandlers extends grpc.UntypedServiceImplementation {
  /**
   * The triggers that this replica is asked about, as KEDA sent them, so that a replica that starts can fit their models
   * before KEDA uses it. Answered to other replicas only: metadata may hold credentials.
   */
  KnownTriggers: grpc.handleServerStreamingCall<_replicas_KnownTriggersRequest__Output, _externalscaler_ScaledObjectRef>;
  
}

export interface ReplicasDefinition extends grpc.ServiceDefinition {
  KnownTriggers: MethodDefinition<_replicas_KnownTriggersRequest, _externalscaler_ScaledObjectRef, _replicas_KnownTriggersRequest__Output, _externalscaler_ScaledObjectRef__Output>
}
