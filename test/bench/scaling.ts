import { geometricMean, mean } from 'simple-statistics';
import { type Backtest, runBacktest } from '../../scaler/backtest/backtest.js';
import { type EqualOverload, POLICY_NAMES, type PolicyKey, resultOf } from '../../scaler/backtest/compare.js';
import { recordingOfSamples } from '../../scaler/backtest/recording.js';
import { clusterDefaults } from '../../scaler/backtest/scaled-workload.js';
import { textTable } from '../../scaler/shared/text-table.js';
import { testTrigger } from '../support/test-trigger.js';
import type { Trace } from './traces.js';

const EVALUATED_MINUTES = 2 * 1440;
const STEP_SECONDS = 300;
/** Threshold over the capacity of a pod. */
const USUAL_TARGET = 0.7;
/** Pods at full use that the busiest hundredth of the evaluated load needs. */
const PODS_AT_PEAK = 20;
/** What a policy counts that cannot keep a limit at any target utilization, as a multiple of the oracle's pod-hours. */
const OUT_OF_REACH = 5;
const COMPARED = ['reactive', 'yesterday', 'predictive'] as const satisfies readonly PolicyKey[];

interface Measured {
  readonly name: string;
  /** Pod-hours at each limit as a multiple of the oracle's, by policy. */
  readonly ratios: Readonly<Record<(typeof COMPARED)[number], readonly number[]>>;
  /** Share of overloaded time at a target of 70 % of a pod's capacity, by policy. */
  readonly overloadedShare: Readonly<Record<(typeof COMPARED)[number], number>>;
}

/**
 * Pod-hours that each way of scaling needs on the last two days of each trace to keep overload at or under 1 % and
 * 0.2 % of the time, as a multiple of what an oracle needs: horizon 15 min, quantile 0.9, 14 days of history, pods ready
 * after 3 min. Traces that are not sampled at least once a minute are left out: they say nothing of peaks.
 */
export function scalingTable(traces: readonly Trace[]): string {
  const measured = traces.flatMap((trace) => measure(trace) ?? []);
  if (measured.length === 0)
    return 'Scaling: no trace has samples at least every minute for four days or more.';
  const rows = measured.map(({ name, ratios, overloadedShare }) => [
    name,
    ...COMPARED.map((key) => ratios[key].map((ratio) => ratio.toFixed(2)).join(' / ')),
    ...COMPARED.map((key) => percent(overloadedShare[key])),
  ]);
  const all = [
    'all (geometric mean; mean)',
    ...COMPARED.map((key) =>
      [0, 1].map((i) => geometricMean(measured.map(({ ratios }) => ratios[key][i]!)).toFixed(3)).join(' / '),
    ),
    ...COMPARED.map((key) => percent(mean(measured.map(({ overloadedShare }) => overloadedShare[key])))),
  ];
  const names = COMPARED.map((key) => POLICY_NAMES[key]);
  return [
    'Scaling: pod-hours for overload of at most 1 % / 0.2 % of the time, oracle = 1; then overload at 70 % target use',
    ...textTable([['trace', ...names, ...names], ...rows, all]),
  ].join('\n');
}

function measure(trace: Trace): Measured | undefined {
  const backtest = backtestOfTrace(trace, USUAL_TARGET);
  if (backtest === undefined) return undefined;
  const { comparison } = backtest;
  const { name } = trace;
  const [first, second] = comparison.equalOverload;
  return {
    name,
    ratios: byPolicy((key) => [first, second].map((limit) => ratioAt(limit, key))),
    overloadedShare: byPolicy((key) => resultOf(comparison, key).outcome.overloadedShare),
  };
}

function byPolicy<T>(measure: (key: (typeof COMPARED)[number]) => T): Record<(typeof COMPARED)[number], T> {
  return {
    reactive: measure('reactive'),
    yesterday: measure('yesterday'),
    predictive: measure('predictive'),
  };
}

function ratioAt({ cheapest }: EqualOverload, key: PolicyKey): number {
  const own = cheapest[key]?.podHours;
  const best = cheapest.oracle?.podHours;
  return own === undefined || best === undefined ? OUT_OF_REACH : Math.min(OUT_OF_REACH, own / best);
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/**
 * The backtest of the last two days of a trace; undefined for a trace that is not sampled at least once a minute for four
 * days.
 *
 * @param utilization threshold over the capacity of a pod
 * @param targetOverload share of the time that may be overloaded, where a policy is to be chosen for it
 */
export function backtestOfTrace(
  { samples }: Trace,
  utilization: number,
  targetOverload?: number,
): Backtest | undefined {
  const recording = recordingOfSamples(samples, STEP_SECONDS);
  const { demand, sampleSeconds } = recording.load;
  if (sampleSeconds > 60 || demand.length < 2 * EVALUATED_MINUTES) return undefined;
  const span = { from: demand.length - EVALUATED_MINUTES, to: demand.length };
  const busy = demand.slice(span.from).sort()[Math.floor(0.99 * EVALUATED_MINUTES)]!;
  const capacityPerReplica = busy / PODS_AT_PEAK;
  const threshold = utilization * capacityPerReplica;
  return runBacktest(recording, {
    trigger: testTrigger({ horizonSeconds: 900, stepSeconds: STEP_SECONDS, threshold, targetOverload }),
    setup: {
      targetPerReplica: threshold,
      capacityPerReplica,
      startupSeconds: 180,
      ...clusterDefaults,
      maxReplicas: 100_000,
    },
    refitSeconds: 3600,
    span,
  });
}
