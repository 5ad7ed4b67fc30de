import uPlot from 'uplot';
import { amountAxis, color } from '../../page-kit/chart.js';
import { type Line, LineChart } from '../../page-kit/line-chart.js';
import { load } from '../../page-kit/numbers.js';
import type { CostPoint, OverloadView } from '../api/contract.js';
import { roughPercent } from './format.js';

const mark = (name: string): Line['look'] => ({
  width: 0,
  spanGaps: true,
  points: { show: true, size: 11, stroke: () => color(name), fill: () => color(name) },
});

/** A chart of pod-hours a day against the share of the time in overload. */
export function overloadChart(): LineChart {
  return new LineChart({
    kind: 'overload',
    heightPixels: () => 220,
    lines: [
      { name: 'reactive', look: { width: 2, dash: [5, 3], spanGaps: true } },
      { name: 'own', color: 'forecast', look: { width: 2, spanGaps: true } },
      { name: 'reactive-chosen', part: 'reactive', color: 'reactive', look: mark('reactive') },
      { name: 'own-chosen', part: 'own', color: 'forecast', look: mark('forecast') },
    ],
    legend: [
      { key: 'own', label: 'This scaler', hint: 'The chosen policy at more and at less headroom' },
      {
        key: 'reactive',
        label: 'Reactive HPA',
        hint: 'A reactive HPA at other targets; the dot is the one that keeps the target',
      },
    ],
    amount: (hours) => `${load(hours)} pod-hours a day`,
    place: (share) => `${roughPercent(share)} of the time in overload`,
    invitation: 'Pod-hours a day by share of the time in overload; dots: chosen to keep the target',
    more: {
      padding: [12, 24, 0, 0],
      scales: {
        x: { time: false, range: (_chart, _min, max) => [0, max] },
        y: { range: (_chart, _min, max) => [0, 1.1 * max] },
      },
      axes: [amountAxis(roughPercent, { size: 30, space: 60 }), amountAxis(load, { size: 60 })],
    },
  });
}

/** Shows the curves up to four times the target. */
export function showOverload(chart: LineChart, view: OverloadView, description: string): void {
  const { policy, reactive, reactiveCurve, target } = view;
  if (!policy) return;
  const farthest = Math.max(4 * target, 1.2 * policy.overloadedShare, 1.2 * (reactive?.overloadedShare ?? 0));
  const near = (points: readonly CostPoint[]) =>
    points.filter(({ overloadedShare }) => overloadedShare <= farthest);
  const lines = [reactiveCurve, policy.curve, reactive ? [reactive] : [], [policy]].map(
    (points): uPlot.AlignedData => [
      near(points).map(({ overloadedShare }) => overloadedShare),
      near(points).map(({ podHoursPerDay }) => podHoursPerDay),
    ],
  );
  chart.show(uPlot.join(lines), description);
}
