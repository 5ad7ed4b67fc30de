import { HpaController, type HpaOptions } from '../hpa/controller.js';
import { replicasFor } from '../hpa/desired-replicas.js';
import { KedaActivation, type KedaOptions } from './keda-activation.js';
import { Pods } from './pods.js';

/** A workload and what scales it: KEDA, the HPA and the start-up time of its pods. */
export interface ScalingSetup extends KedaOptions, HpaOptions {
  /** Load beyond which one replica is overloaded; at least the target. */
  readonly capacityPerReplica: number;
  /** From the creation of a pod until it serves. */
  readonly startupSeconds: number;
  /** The workload is active while the answered value is above this. */
  readonly activationThreshold: number;
  /** `pollingInterval` of the ScaledObject. */
  readonly pollingSeconds: number;
  /** `--horizontal-pod-autoscaler-sync-period` of the cluster. */
  readonly syncSeconds: number;
}

/** KEDA's and Kubernetes' own defaults. */
export const clusterDefaults = {
  minReplicas: 1,
  maxReplicas: 100,
  idleReplicas: undefined,
  activationThreshold: 0,
  cooldownSeconds: 300,
  pollingSeconds: 30,
  behavior: undefined,
  tolerance: 0.1,
  syncSeconds: 15,
} satisfies Partial<ScalingSetup>;

/** What a way of scaling cost, and what it failed to serve. */
export interface ScalingOutcome {
  /** Time that pods existed, ready or not. */
  readonly podHours: number;
  /** Time in which the load was above what the ready pods can carry. */
  readonly overloadedMinutes: number;
  /** The same as a share of the time in which the load is known. */
  readonly overloadedShare: number;
  /** Load above what the ready pods can carry, as a share of all load. */
  readonly unservedShare: number;
  readonly replicaChanges: number;
  readonly maxReplicas: number;
}

/** A workload whose pods follow a metric by KEDA and the HPA, with cost and overload. Time must not go backwards. */
export class ScaledWorkload {
  readonly #hpa: HpaController;
  readonly #keda: KedaActivation;
  readonly #pods: Pods;
  #nowSeconds: number;
  #podSeconds = 0;
  #overloadedSeconds = 0;
  #knownSeconds = 0;
  #unserved = 0;
  #total = 0;
  #replicaChanges = 0;
  #maxReplicas: number;

  /** @param metric total that the scaler answers at the beginning: there are as many ready pods as it asks for */
  constructor(
    private readonly setup: ScalingSetup,
    nowSeconds: number,
    metric: number,
  ) {
    // KEDA wakes workloads from zero itself, so the HPA has a minimum of 1 or more (keda `controllers/keda/hpa.go`).
    const minimum = Math.max(1, setup.minReplicas);
    const asked = replicasFor(metric, setup.targetPerReplica);
    this.#hpa = new HpaController({ ...setup, minReplicas: minimum });
    this.#keda = new KedaActivation(setup);
    this.#pods = new Pods(Math.min(setup.maxReplicas, Math.max(minimum, asked)), setup.startupSeconds);
    this.#nowSeconds = nowSeconds;
    this.#maxReplicas = this.#pods.count;
  }

  /** Pods that exist, ready or not. */
  get replicas(): number {
    return this.#pods.count;
  }

  get readyReplicas(): number {
    return this.#pods.ready;
  }

  get overloadedSeconds(): number {
    return this.#overloadedSeconds;
  }

  get outcome(): ScalingOutcome {
    return {
      podHours: this.#podSeconds / 3600,
      overloadedMinutes: this.#overloadedSeconds / 60,
      overloadedShare: this.#knownSeconds > 0 ? this.#overloadedSeconds / this.#knownSeconds : 0,
      unservedShare: this.#total > 0 ? this.#unserved / this.#total : 0,
      replicaChanges: this.#replicaChanges,
      maxReplicas: this.#maxReplicas,
    };
  }

  /** Lets time pass under a load. @param load NaN where unknown: then only the time of the pods counts */
  pass(untilSeconds: number, load: number): void {
    while (this.#nowSeconds < untilSeconds) {
      this.#pods.advance(this.#nowSeconds);
      const next = Math.min(untilSeconds, this.#pods.nextReadySeconds);
      this.#account(next - this.#nowSeconds, load);
      this.#nowSeconds = next;
    }
    this.#pods.advance(this.#nowSeconds);
  }

  /** A poll by KEDA. */
  poll(active: boolean): void {
    this.#resize(this.#keda.poll(this.#nowSeconds, active, this.#pods.count));
  }

  /** A sync of the HPA with the total that the scaler answers. */
  sync(metric: number): void {
    this.#resize(this.#hpa.sync(this.#nowSeconds, metric, this.#pods.count));
  }

  #account(seconds: number, load: number): void {
    this.#podSeconds += this.#pods.count * seconds;
    if (Number.isNaN(load)) return;
    this.#knownSeconds += seconds;
    this.#total += load * seconds;
    const excess = load - this.#pods.ready * this.setup.capacityPerReplica;
    if (excess <= 0) return;
    this.#overloadedSeconds += seconds;
    this.#unserved += excess * seconds;
  }

  #resize(replicas: number): void {
    if (replicas === this.#pods.count) return;
    this.#pods.resize(this.#nowSeconds, replicas);
    this.#pods.advance(this.#nowSeconds);
    this.#replicaChanges++;
    this.#maxReplicas = Math.max(this.#maxReplicas, replicas);
  }
}
