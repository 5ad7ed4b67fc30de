import { credentials } from '@grpc/grpc-js';
import { callUnary, connect } from '../grpc/client.js';

/** Bounds the wait for a scaler that is stuck. */
const DEADLINE_SECONDS = 60;

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

  /** Name and target of the metric. @throws ServiceError with gRPC code and message, as `read` does */
  async spec(
    name: string,
    namespace: string,
    scalerMetadata: Readonly<Record<string, string>>,
  ): Promise<{ metricName: string; targetPerReplica: number }> {
    const ref = { name, namespace, scalerMetadata };
    const { metricSpecs } = await callUnary(this.#client, 'GetMetricSpec', ref, DEADLINE_SECONDS);
    const [spec] = metricSpecs;
    return { metricName: spec!.metricName, targetPerReplica: spec!.targetSizeFloat };
  }

  async read(
    name: string,
    namespace: string,
    scalerMetadata: Readonly<Record<string, string>>,
  ): Promise<KedaReading> {
    const scaledObjectRef = { name, namespace, scalerMetadata };
    const { metricName, targetPerReplica } = await this.spec(name, namespace, scalerMetadata);
    const request = { scaledObjectRef, metricName };
    const { metricValues } = await callUnary(this.#client, 'GetMetrics', request, DEADLINE_SECONDS);
    const { result } = await callUnary(this.#client, 'IsActive', scaledObjectRef, DEADLINE_SECONDS);
    return { metric: metricValues[0]!.metricValueFloat, targetPerReplica, active: result };
  }

  close(): void {
    this.#client.close();
  }
}
