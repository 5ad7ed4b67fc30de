import { geometricMean } from 'simple-statistics';
import { resultOf } from '../../scaler/backtest/compare.js';
import { recordingOfSamples } from '../../scaler/backtest/recording.js';
import { cheapestWithin } from '../../scaler/backtest/sweep.js';
import { fit } from '../../scaler/forecast/index.js';
import { cutSeries } from '../../scaler/forecast/series.js';
import { choosePolicy } from '../../scaler/policy/choose.js';
import { textTable } from '../../scaler/shared/text-table.js';
import { backtestOfTrace } from './scaling.js';
import { leastMs } from './speed.js';
import type { Trace } from './traces.js';

/** Shares of overloaded time that are accepted. */
export const TARGETS = [0.01, 0.002] as const;
const COMPARED = ['reactiveTarget', 'target'] as const;

/** What a way of scaling came to at a target. */
export interface AtTarget {
  readonly overloadedShare: number;
  /** Pod-hours as a multiple of those of an oracle at the cheapest threshold that keeps the same target. */
  readonly ratio: number;
}

/** What was chosen for a trace, at each of `TARGETS`. */
export interface OverloadMeasured {
  readonly name: string;
  readonly results: readonly Readonly<Record<(typeof COMPARED)[number], AtTarget>>[];
}

/** Chooses policies for the last two days of a trace from the days before; undefined for one that is too coarse or short. */
export function measureOverload(trace: Trace): OverloadMeasured | undefined {
  const results = TARGETS.flatMap((target) => {
    const backtest = backtestOfTrace(trace, 1, target);
    if (backtest === undefined) return [];
    const oracle = cheapestWithin(resultOf(backtest.comparison, 'oracle').sweep, target, 1)!;
    const at = (key: (typeof COMPARED)[number]): AtTarget => {
      const { overloadedShare, podHours } = resultOf(backtest.comparison, key).outcome;
      return { overloadedShare, ratio: podHours / oracle.podHours };
    };
    return [{ reactiveTarget: at('reactiveTarget'), target: at('target') }];
  });
  return results.length === TARGETS.length ? { name: trace.name, results } : undefined;
}

/** Overload seen and pod-hours needed on each trace where only the overload that is accepted was said. */
export function overloadTable(traces: readonly Trace[]): string {
  const measured = traces.flatMap((trace) => measureOverload(trace) ?? []);
  if (measured.length === 0)
    return 'Accepted overload: no trace has samples at least every minute for four days or more.';
  const cell = ({ overloadedShare, ratio }: AtTarget) =>
    `${ratio.toFixed(2)} at ${(100 * overloadedShare).toFixed(2)} %`;
  const columns = TARGETS.flatMap((target, i) => COMPARED.map((key) => ({ target, i, key })));
  const all = columns.map(({ target, i, key }) => {
    const at = measured.map(({ results }) => results[i]![key]);
    const near = at.filter(({ overloadedShare }) => overloadedShare <= 2 * target).length;
    return `${geometricMean(at.map(({ ratio }) => ratio)).toFixed(3)}, ${near} of ${at.length}`;
  });
  const names = { reactiveTarget: 'reactive HPA', target: 'this scaler' };
  return [
    'Accepted overload of 1 %, then of 0.2 %, chosen from the days before: pod-hours (oracle = 1) and overload seen; then how many',
    'stayed within twice the target',
    ...textTable([
      ['trace', ...columns.map(({ target, key }) => `${names[key]}, ${100 * target} %`)],
      ...measured.map(({ name, results }) => [name, ...columns.map(({ i, key }) => cell(results[i]![key]))]),
      ['all (geometric mean)', ...all],
    ]),
    `A choice with the replay before it takes as long as ${choiceInFits(traces[0]!).toFixed(1)} fits of the same history.`,
  ].join('\n');
}

/** Time of a choice, its replay included, over that of a fit; both the fastest of several runs in the same process. */
export function choiceInFits({ samples }: Trace): number {
  const { steps, load } = recordingOfSamples(samples, 300);
  const boundarySeconds = steps.startSeconds + 14 * 86_400;
  const options = { horizonSteps: 4, spanSteps: 3, seasonality: 'auto', timezone: 'UTC' } as const;
  const first = cutSeries(steps, steps.startSeconds, boundarySeconds);
  const fitMs = leastMs(() => fit(first, options));
  const choiceOptions = {
    boundarySeconds,
    startupSeconds: 180,
    fit: options,
    targetOverload: 0.01,
    capacity: load.demand.reduce((highest, demand) => (demand > highest ? demand : highest), 0) / 20,
    pods: { startupMinutes: 3, minReplicas: 1, maxReplicas: 1000, tolerance: 0.1 },
  };
  const choiceMs = leastMs(() => choosePolicy(steps, load, choiceOptions));
  return choiceMs / fitMs;
}
