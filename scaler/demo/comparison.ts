import {
  clusterDefaults,
  ScaledWorkload,
  type ScalingOutcome,
  type ScalingSetup,
} from '../backtest/scaled-workload.js';
import { type DemoService, demoNamespace } from './demo-services.js';
import type { KedaStandIn } from './keda-stand-in.js';

/** How often KEDA asks. */
const { pollingSeconds } = clusterDefaults;

/** Steps of the course kept for charts. */
const timelineSteps = 720;
const timelineStepSeconds = 120;

/** One way of scaling at a moment. */
export interface Side extends ScalingOutcome {
  readonly replicas: number;
  readonly readyReplicas: number;
}

/** The course of a comparison; one entry per step, oldest first. */
export interface Timeline {
  readonly startSeconds: number;
  readonly stepSeconds: number;
  /** Highest load of each step. */
  readonly load: readonly number[];
  /** Pods that could serve at the end of each step. */
  readonly predictiveReadyReplicas: readonly number[];
  readonly reactiveReadyReplicas: readonly number[];
}

/**
 * One service twice: scaled by what the scaler answers over gRPC, and by a plain reactive HPA on the load itself. Both
 * meet the same load by the same rules, with pods that need as long to start.
 */
export class Comparison {
  readonly #keda: KedaStandIn;
  readonly #predictive: ScaledWorkload;
  readonly #reactive: ScaledWorkload;
  readonly #load: number[] = [];
  readonly #predictiveReady: number[] = [];
  readonly #reactiveReady: number[] = [];
  #timelineStartSeconds: number;

  constructor(
    readonly service: DemoService,
    keda: KedaStandIn,
    setup: ScalingSetup,
    nowSeconds: number,
  ) {
    this.#keda = keda;
    const load = service.workload.requestsPerSecond(nowSeconds);
    this.#predictive = new ScaledWorkload(setup, nowSeconds, load);
    this.#reactive = new ScaledWorkload(setup, nowSeconds, load);
    this.#timelineStartSeconds = nowSeconds;
  }

  get predictive(): Side {
    return side(this.#predictive);
  }

  get reactive(): Side {
    return side(this.#reactive);
  }

  get timeline(): Timeline {
    return {
      startSeconds: this.#timelineStartSeconds,
      stepSeconds: timelineStepSeconds,
      load: this.#load,
      predictiveReadyReplicas: this.#predictiveReady,
      reactiveReadyReplicas: this.#reactiveReady,
    };
  }

  /**
   * Lives through the time since the last sync, then lets KEDA and the HPA act on what the scaler answers.
   *
   * @param atSeconds a multiple of the HPA's sync period, later than that of the last call.
   * @throws ServiceError when the scaler gives no answer.
   */
  async sync(atSeconds: number): Promise<void> {
    const { workload, metadata } = this.service;
    const load = workload.requestsPerSecond(atSeconds);
    this.#predictive.pass(atSeconds, load);
    this.#reactive.pass(atSeconds, load);
    this.#draw(atSeconds, load);

    const reading = await this.#keda.read(workload.app, demoNamespace, metadata);
    if (atSeconds % pollingSeconds === 0) {
      this.#predictive.poll(reading.active);
      this.#reactive.poll(load > 0);
    }
    this.#predictive.sync(reading.metric);
    this.#reactive.sync(load);
  }

  #draw(atSeconds: number, load: number): void {
    const step = Math.floor((atSeconds - this.#timelineStartSeconds) / timelineStepSeconds);
    if (step < this.#load.length) {
      this.#load[step] = Math.max(this.#load[step]!, load);
      this.#predictiveReady[step] = this.#predictive.readyReplicas;
      this.#reactiveReady[step] = this.#reactive.readyReplicas;
      return;
    }
    this.#load.push(load);
    this.#predictiveReady.push(this.#predictive.readyReplicas);
    this.#reactiveReady.push(this.#reactive.readyReplicas);
    if (this.#load.length <= timelineSteps) return;
    for (const column of [this.#load, this.#predictiveReady, this.#reactiveReady]) column.shift();
    this.#timelineStartSeconds += timelineStepSeconds;
  }
}

function side(workload: ScaledWorkload): Side {
  return { ...workload.outcome, replicas: workload.replicas, readyReplicas: workload.readyReplicas };
}
