import { credentials } from '@grpc/grpc-js';
import { callUnary, connect } from '../grpc/client.js';

/** What a scaler answered about one ScaledObject. */
export interface KedaReading {
  /** Total that the HPA divides by the target of one replica. */
  readonly metric: number;
  /** The HPA's target per replica. */
  readonly targetPerReplica: number;
  /** Whether the workload should have at least one replica. */
  readonly active: boolean;
}

/** Asks a scaler over gRPC what KEDA asks, in its order: GetMetricSpec, GetMetrics, IsActive. */
export class KedaStandIn {
  readonly #client;

  /** @param address `host:port` of the scaler, plaintext. */
  constructor(address: string) {
    this.#client = connect(address, credentials.createInsecure());
  }

  /**
   * @param name name of the ScaledObject.
   * @throws ServiceError with the scaler's gRPC code and message.
   */
  async read(name: string, namespace: string, scalerMetadata: Record<string, string>): Promise<KedaReading> {
    const scaledObjectRef = { name, namespace, scalerMetadata };
    const { metricSpecs } = await callUnary(this.#client, 'GetMetricSpec', scaledObjectRef, 10);
    const [{ metricName, targetSizeFloat }] = metricSpecs;
    const request = { scaledObjectRef, metricName };
    const { metricValues } = await callUnary(this.#client, 'GetMetrics', request, 10);
    const { result } = await callUnary(this.#client, 'IsActive', scaledObjectRef, 10);
    return {
      metric: metricValues[0].metricValueFloat,
      targetPerReplica: targetSizeFloat,
      active: result,
    };
  }

  close(): void {
    this.#client.close();
  }
}
