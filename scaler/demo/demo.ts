import { clusterDefaults } from '../backtest/scaled-workload.js';
import type { DemoControl, DemoState, DemoWorkload } from '../web/demo-panel.js';
import { AcceleratedClock } from './accelerated-clock.js';
import { Comparison } from './comparison.js';
import { startEmbeddedPrometheus } from './embedded-prometheus.js';
import { KedaStandIn } from './keda-stand-in.js';
import { DEMO_NAMESPACE, demoWorkloads, metricNameOf, triggerMetadata } from './workloads.js';

/** Wednesday, 2026-03-04 at 08:00 UTC: an hour before the shop opens. */
const START_SECONDS = 1_772_611_200;

const speedChoices = [60, 300, 600, 1800];

/** Targets are 80 % of the load that overloads a replica. */
const TARGET_UTILIZATION = 0.8;

/** From the creation of a pod until it serves. */
const STARTUP_SECONDS = 180;

/**
 * Made-up services on an accelerated clock, with two weeks of history in an embedded Prometheus. Each is scaled twice:
 * by the scaler and by a reactive HPA.
 */
export class Demo implements DemoControl {
  readonly clock: AcceleratedClock;
  readonly startSeconds = START_SECONDS;
  readonly #workloads;
  #prometheus: Awaited<ReturnType<typeof startEmbeddedPrometheus>> | undefined;
  readonly #stopping = new AbortController();
  #keda: KedaStandIn | undefined;
  /** One for each service; empty before the start. */
  comparisons: readonly Comparison[] = [];
  #running: Promise<void> = Promise.resolve();

  /**
   * The clock stands still until `start`.
   *
   * @param speed seconds of the demo in one second
   * @param seed changes the noise in the made-up load
   */
  constructor(speed: number, seed: number) {
    this.clock = new AcceleratedClock(START_SECONDS, speed);
    this.clock.pause();
    this.#workloads = demoWorkloads(START_SECONDS, seed);
  }

  /** Starts the embedded Prometheus. @returns its address. */
  async startPrometheus(): Promise<string> {
    this.#prometheus = await startEmbeddedPrometheus(this.#workloads, this.clock);
    return this.#prometheus.address;
  }

  /**
   * Lets the scaler learn every service's history, then starts the clock.
   *
   * @param scalerAddress `host:port` of the scaler's gRPC server.
   */
  async start(scalerAddress: string): Promise<void> {
    const keda = new KedaStandIn(scalerAddress);
    this.#keda = keda;
    await Promise.all(
      this.#workloads.map((workload) => keda.read(workload.app, DEMO_NAMESPACE, triggerMetadata(workload))),
    );
    this.comparisons = this.#workloads.map((workload) => {
      const setup = {
        ...clusterDefaults,
        startupSeconds: STARTUP_SECONDS,
        targetPerReplica: workload.threshold,
        capacityPerReplica: workload.threshold / TARGET_UTILIZATION,
      };
      return new Comparison(workload, keda, setup, START_SECONDS);
    });
    this.#running = this.#run();
    this.#running.catch(() => {});
    this.clock.resume();
  }

  /** Resolves when the demo was stopped; rejects when the scaler cannot be asked. */
  async ended(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const signal = this.#stopping.signal;
    for (let at = START_SECONDS; !signal.aborted; at += clusterDefaults.syncSeconds) {
      this.clock.limitTo(at);
      await this.clock.sleepUntil(at, signal).catch(() => undefined);
      if (!signal.aborted) await Promise.all(this.comparisons.map((comparison) => comparison.sync(at)));
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running.catch(() => undefined);
    this.#keda?.close();
    await this.#prometheus?.close();
  }

  /** The service that the demo is about; for use after the start. */
  get shop(): Comparison {
    return this.comparisons[0]!;
  }

  state(): DemoState {
    return {
      time: new Date(1000 * this.clock.nowSeconds()).toISOString(),
      startTime: new Date(1000 * START_SECONDS).toISOString(),
      isPaused: this.clock.isPaused,
      speed: this.clock.speed,
      speedChoices,
      workloads: this.comparisons.map(workloadState),
    };
  }
}

function workloadState({ workload, predictive, reactive, timeline }: Comparison): DemoWorkload {
  return {
    namespace: DEMO_NAMESPACE,
    scaledObject: workload.app,
    metricName: metricNameOf(workload.app),
    description: workload.description,
    capacityPerReplica: workload.threshold / TARGET_UTILIZATION,
    predictive,
    reactive,
    timeline,
  };
}
