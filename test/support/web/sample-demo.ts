import { clusterDefaults } from '../../../scaler/backtest/scaled-workload.js';
import { simulateScaling } from '../../../scaler/backtest/simulate.js';
import { AcceleratedClock } from '../../../scaler/demo/accelerated-clock.js';
import { demoWorkloads } from '../../../scaler/demo/workloads.js';
import type { PastAnswers } from '../../../scaler/planner/types.js';
import type { DemoControl, DemoOutcome, DemoState, DemoWorkload } from '../../../scaler/web/demo-panel.js';
import { SAMPLE_NOW_SECONDS, type Sample } from './sample-answers.js';

const MINUTES_PER_POINT = 5;

/** A demo that stands still: the workloads' last two days, scaled by the answers and by the load alone. */
export class SampleDemo implements DemoControl {
  readonly clock = new AcceleratedClock(SAMPLE_NOW_SECONDS, 300);
  readonly #workloads: readonly DemoWorkload[];

  constructor(samples: readonly Sample[]) {
    this.#workloads = samples.flatMap((sample) => workloadOf(sample) ?? []);
  }

  state(): DemoState {
    return {
      time: new Date(SAMPLE_NOW_SECONDS * 1000).toISOString(),
      startTime: new Date((SAMPLE_NOW_SECONDS - 2 * 86_400) * 1000).toISOString(),
      isPaused: this.clock.isPaused,
      speed: this.clock.speed,
      speedChoices: [60, 300, 1200],
      workloads: this.#workloads,
    };
  }
}

function workloadOf({ trigger, evidence }: Sample): DemoWorkload | undefined {
  const past = evidence?.past;
  if (!past) return undefined;
  const load = minutesOf(past.observedHighest, past);
  const predictive = scaled(minutesOf(past.answered, past), load, trigger.threshold);
  const reactive = scaled(load, load, trigger.threshold);
  return {
    namespace: trigger.namespace,
    scaledObject: trigger.scaledObject,
    metricName: trigger.metricName,
    description: demoWorkloads(0, 0).find(({ app }) => app === trigger.scaledObject)?.description ?? '',
    capacityPerReplica: 1.25 * trigger.threshold,
    predictive: predictive.outcome,
    reactive: reactive.outcome,
    timeline: {
      startTime: new Date(past.startSeconds * 1000).toISOString(),
      stepSeconds: 60 * MINUTES_PER_POINT,
      load: Array.from(past.observedHighest, (value) => (Number.isNaN(value) ? null : value)),
      predictiveReadyReplicas: predictive.replicas,
      reactiveReadyReplicas: reactive.replicas,
    },
  };
}

function minutesOf(values: Float32Array, { slotSeconds }: PastAnswers): Float64Array {
  const perSlot = slotSeconds / 60;
  return Float64Array.from(
    { length: values.length * perSlot },
    (_, minute) => values[Math.floor(minute / perSlot)]!,
  );
}

function scaled(metric: Float64Array, demand: Float64Array, threshold: number) {
  const simulation = simulateScaling(metric, demand, {
    targetPerReplica: threshold,
    capacityPerReplica: 1.25 * threshold,
    startupSeconds: 180,
    ...clusterDefaults,
  });
  const now = simulation.replicas.at(-1)!;
  const outcome: DemoOutcome = {
    replicas: now,
    readyReplicas: now,
    podHours: simulation.outcome.podHours,
    overloadedMinutes: simulation.outcome.overloadedMinutes,
  };
  const replicas = Array.from(simulation.replicas).filter((_, minute) => minute % MINUTES_PER_POINT === 0);
  return { outcome, replicas };
}
