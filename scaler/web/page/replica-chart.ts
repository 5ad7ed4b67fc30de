import uPlot from 'uplot';
import { amountAxis, color, timeAxis, WHOLE_STEPS } from '../../page-kit/chart.js';
import { LineChart } from '../../page-kit/line-chart.js';
import type { Known, ReplicaChart as ReplicaComparison } from '../api/contract.js';
import { count, epochSeconds, local, localAndUtc } from './format.js';

/** Replicas by two ways of scaling, and those that the load needed, where that is known. */
type ReplicaLines = Pick<ReplicaComparison, 'startTime' | 'stepSeconds' | 'predictive' | 'reactive'> & {
  readonly needed?: readonly Known[];
};

/**
 * A chart of replicas with this scaler beside those with a reactive HPA, as steps.
 *
 * @param rightPixels room at its right edge, such as that of an axis in the chart above
 */
export function replicaChart(rightPixels: number): LineChart {
  const paths = uPlot.paths.stepped!({ align: 1 });
  return new LineChart({
    kind: 'replicas',
    heightPixels: () => 200,
    lines: [
      { name: 'needed', look: { paths, width: 0, fill: () => color('needed') } },
      { name: 'reactive', look: { paths, width: 2, dash: [5, 3] } },
      { name: 'predictive', color: 'forecast', look: { paths, width: 2 } },
    ],
    legend: [
      { key: 'predictive', label: 'This scaler', hint: 'Replicas on the answered values' },
      {
        key: 'reactive',
        label: 'Reactive HPA',
        hint: 'Replicas on the observed load alone',
      },
      { key: 'needed', label: 'Needed', hint: 'Replicas that the load needed', swatch: 'area' },
    ],
    amount: count,
    place: localAndUtc,
    more: {
      padding: [8, rightPixels, 0, 0],
      scales: { y: { range: (_chart, _min, max) => [0, Math.max(1, max) * 1.1] } },
      axes: [timeAxis(local), amountAxis(count, { size: 52, incrs: WHOLE_STEPS })],
    },
  });
}

/** The data of a replica chart. */
export function replicaData(lines: ReplicaLines): uPlot.AlignedData {
  const { startTime, stepSeconds, needed, reactive, predictive } = lines;
  return [
    predictive.map((_, i) => epochSeconds(startTime) + i * stepSeconds),
    [...(needed ?? predictive.map(() => null))],
    [...reactive],
    [...predictive],
  ];
}
