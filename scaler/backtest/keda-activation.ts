/** What a ScaledObject says about waking from and falling back to zero or idle. */
export interface KedaOptions {
  /** `minReplicaCount`; 0 lets the workload go to zero. */
  readonly minReplicas: number;
  /** `idleReplicaCount`: what an inactive workload falls back to although `minReplicaCount` is higher. */
  readonly idleReplicas: number | undefined;
  /** `cooldownPeriod`: how long after the last active poll the workload is kept. */
  readonly cooldownSeconds: number;
}

/**
 * KEDA's half of scaling, taken at each poll (every `pollingInterval`, 30 s by default): a workload with an active
 * trigger is woken at once, one without falls back to idle or zero when the cooldown has passed. Between 1 and the
 * maximum it leaves the replicas to Kubernetes' autoscaler. Time is an argument; times must not go backwards.
 *
 * Source: keda `pkg/scaling/executor/scale_scaledobjects.go` (RequestScale, scaleToZeroOrIdle, scaleFromZeroOrIdle).
 */
export class KedaActivation {
  #lastActiveSeconds: number | undefined;

  constructor(private readonly options: KedaOptions) {}

  /** One poll: the replicas that the workload gets, which are the current ones unless it wakes or falls asleep. */
  poll(nowSeconds: number, active: boolean, currentReplicas: number): number {
    const { minReplicas, idleReplicas, cooldownSeconds } = this.options;
    if (active) {
      this.#lastActiveSeconds = nowSeconds;
      const isAsleep = currentReplicas === 0 || (idleReplicas !== undefined && currentReplicas < minReplicas);
      return isAsleep ? Math.max(1, minReplicas) : currentReplicas;
    }
    const asleepReplicas = idleReplicas ?? (minReplicas === 0 ? 0 : undefined);
    if (asleepReplicas === undefined) return Math.max(minReplicas, currentReplicas);
    const cooledDown =
      this.#lastActiveSeconds === undefined || this.#lastActiveSeconds + cooldownSeconds < nowSeconds;
    return cooledDown ? Math.min(asleepReplicas, currentReplicas) : currentReplicas;
  }
}
