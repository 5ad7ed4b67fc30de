import { clusterDefaults, ScaledWorkload, type ScalingSetup } from '../backtest/scaled-workload.js';
import type { DemoOutcome, DemoTimeline } from '../web/demo-panel.js';
import type { KedaStandIn } from './keda-stand-in.js';
import { DEMO_NAMESPACE, triggerMetadata, type Workload } from './workloads.js';

/** How often KEDA asks. */
const { pollingSeconds } = clusterDefaults;

/** Steps kept for charts. */
const TIMELINE_STEPS = 720;
const TIMELINE_STEP_SECONDS = 120;

/**
 * One service, scaled twice under the same load and rules: by what the scaler answers over gRPC, and by a reactive HPA
 * on the load itself.
 */
export class Comparison {
  readonly #metadata;
  readonly #predictive: ScaledWorkload;
  readonly #reactive: ScaledWorkload;
  /** Highest load of each step, and the ready pods at its end. */
  readonly #course: { load: number; predictive: number; reactive: number }[] = [];
  #timelineStartSeconds: number;

  constructor(
    readonly workload: Workload,
    private readonly keda: KedaStandIn,
    setup: ScalingSetup,
    nowSeconds: number,
  ) {
    this.#metadata = triggerMetadata(workload);
    const load = workload.requestsPerSecond(nowSeconds);
    this.#predictive = new ScaledWorkload(setup, nowSeconds, load);
    this.#reactive = new ScaledWorkload(setup, nowSeconds, load);
    this.#timelineStartSeconds = nowSeconds;
  }

  get predictive(): DemoOutcome {
    return outcomeOf(this.#predictive);
  }

  get reactive(): DemoOutcome {
    return outcomeOf(this.#reactive);
  }

  get timeline(): DemoTimeline {
    return {
      startTime: new Date(1000 * this.#timelineStartSeconds).toISOString(),
      stepSeconds: TIMELINE_STEP_SECONDS,
      load: this.#course.map(({ load }) => load),
      predictiveReadyReplicas: this.#course.map(({ predictive }) => predictive),
      reactiveReadyReplicas: this.#course.map(({ reactive }) => reactive),
    };
  }

  /**
   * Simulates the time since the last sync, then lets KEDA and the HPA act on what the scaler answers.
   *
   * @param atSeconds a multiple of the HPA's sync period, later than in the last call
   * @throws ServiceError when the scaler gives no answer
   */
  async sync(atSeconds: number): Promise<void> {
    const load = this.workload.requestsPerSecond(atSeconds);
    this.#predictive.pass(atSeconds, load);
    this.#reactive.pass(atSeconds, load);
    this.#draw(atSeconds, load);

    const reading = await this.keda.read(this.workload.app, DEMO_NAMESPACE, this.#metadata);
    if (atSeconds % pollingSeconds === 0) {
      this.#predictive.poll(reading.active);
      this.#reactive.poll(load > 0);
    }
    this.#predictive.sync(reading.metric);
    this.#reactive.sync(load);
  }

  #draw(atSeconds: number, load: number): void {
    const step = Math.floor((atSeconds - this.#timelineStartSeconds) / TIMELINE_STEP_SECONDS);
    this.#course[step] = {
      load: Math.max(this.#course[step]?.load ?? 0, load),
      predictive: this.#predictive.readyReplicas,
      reactive: this.#reactive.readyReplicas,
    };
    if (this.#course.length <= TIMELINE_STEPS) return;
    this.#course.shift();
    this.#timelineStartSeconds += TIMELINE_STEP_SECONDS;
  }
}

function outcomeOf({ outcome, replicas, readyReplicas }: ScaledWorkload): DemoOutcome {
  const { podHours, overloadedMinutes } = outcome;
  return { replicas, readyReplicas, podHours, overloadedMinutes };
}
