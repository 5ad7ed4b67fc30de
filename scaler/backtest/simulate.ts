import { ScaledWorkload, type ScalingOutcome, type ScalingSetup } from './scaled-workload.js';

const MINUTE_SECONDS = 60;

/** The course of a simulation, minute by minute. */
export interface ScalingTimeline {
  /** Replicas at the end of each minute. */
  readonly replicas: Int32Array;
  /** Seconds of overload within each minute. */
  readonly overloadedSeconds: Float64Array;
}

/**
 * Lets the HPA and KEDA follow a metric, minute by minute, and measures how the pods met the load. Begins with as many
 * ready pods as the first metric asks for.
 *
 * @param metric what the scaler answers during each minute; where it is NaN nothing is answered and nothing changes
 * @param demand load of each minute, same length; minutes of unknown load count for pod-hours only
 * @param timeline filled when given; its arrays have the same length
 */
export function simulateScaling(
  metric: Float64Array,
  demand: Float64Array,
  setup: ScalingSetup,
  timeline?: ScalingTimeline,
): ScalingOutcome {
  const { activationThreshold, syncSeconds, pollingSeconds } = setup;
  const workload = new ScaledWorkload(setup, 0, metric.find((value) => !Number.isNaN(value)) ?? 0);
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
        if (answered) workload.poll(value > activationThreshold);
      }
      if (next === nextSync) {
        nextSync += syncSeconds;
        if (answered) workload.sync(value);
      }
    }
    workload.pass(end, load);
    if (timeline) {
      timeline.replicas[minute] = workload.replicas;
      timeline.overloadedSeconds[minute] = workload.overloadedSeconds - overloadedBefore;
    }
  }
  return workload.outcome;
}
