import { ScaledWorkload, type ScalingOutcome, type ScalingSetup } from './scaled-workload.js';

const MINUTE_SECONDS = 60;

/** What a way of scaling led to, in total and in each minute. */
export interface Simulation {
  readonly outcome: ScalingOutcome;
  /** Replicas at the end of each minute. */
  readonly replicas: Int32Array;
  /** Seconds of overload within each minute. */
  readonly overloadedSeconds: Float64Array;
}

/**
 * Lets the HPA and KEDA follow a metric. Begins with as many ready pods as the first metric asks for.
 *
 * @param metric what the scaler answers during each minute; NaN where it answers nothing, and nothing changes
 * @param demand load of each minute, same length; minutes of unknown load count for pod-hours only
 * @param active whether the workload is to be active in each minute, same length. @default while the metric is above the
 *   activation threshold
 */
export function simulateScaling(
  metric: Float64Array,
  demand: Float64Array,
  setup: ScalingSetup,
  active?: readonly boolean[],
): Simulation {
  const { activationThreshold, syncSeconds, pollingSeconds } = setup;
  const workload = new ScaledWorkload(setup, 0, metric.find((value) => !Number.isNaN(value)) ?? 0);
  const replicas = new Int32Array(metric.length);
  const overloadedSeconds = new Float64Array(metric.length);
  let nextPoll = 0;
  let nextSync = 0;

  for (let minute = 0; minute < metric.length; minute++) {
    const end = (minute + 1) * MINUTE_SECONDS;
    const value = metric[minute]!;
    const load = demand[minute]!;
    const overloadedBefore = workload.overloadedSeconds;
    for (;;) {
      const next = Math.min(nextPoll, nextSync);
      if (next >= end) break;
      workload.pass(next, load);
      const answered = !Number.isNaN(value);
      if (next === nextPoll) {
        nextPoll += pollingSeconds;
        if (answered) workload.poll(active?.[minute] ?? value > activationThreshold);
      }
      if (next === nextSync) {
        nextSync += syncSeconds;
        if (answered) workload.sync(value);
      }
    }
    workload.pass(end, load);
    replicas[minute] = workload.replicas;
    overloadedSeconds[minute] = workload.overloadedSeconds - overloadedBefore;
  }
  return { outcome: workload.outcome, replicas, overloadedSeconds };
}
