import { sum } from 'simple-statistics';
import { formatAmount, formatMinutes } from '../backtest/format.js';
import { textTable } from '../shared/text-table.js';
import type { DemoOutcome } from '../web/demo-panel.js';
import type { Comparison } from './comparison.js';
import type { Demo } from './demo.js';

/** The shop at this moment in one line: the time, its load, and both ways of scaling. */
export function liveLine({ clock, shop }: Demo): string {
  const moment = new Date(clock.nowSeconds() * 1000);
  const day = moment.toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' });
  const load = formatAmount(shop.timeline.load.at(-1) ?? 0);
  return [
    `${day} ${moment.toISOString().slice(11, 16)}`,
    `shop ${load.padStart(3)} req/s`,
    `this scaler ${sideText(shop.predictive)}`,
    `reactive HPA ${sideText(shop.reactive)}`,
  ].join('   ');
}

/** Overload and pod-hours of each service, as a table with a sentence below. */
export function summary({ clock, comparisons, startSeconds }: Demo): string {
  const hours = (clock.nowSeconds() - startSeconds) / 3600;
  const rows = comparisons.map(({ workload, predictive, reactive }) => [
    workload.app,
    formatMinutes(predictive.overloadedMinutes),
    formatMinutes(reactive.overloadedMinutes),
    formatAmount(predictive.podHours),
    formatAmount(reactive.podHours),
  ]);
  const heads = [
    [' '.repeat(14), 'overloaded', '', 'pod-hours', ''],
    ['', 'this scaler', 'reactive', 'this scaler', 'reactive'],
  ];
  return [
    `${hours.toFixed(1)} hours of the demo`,
    '',
    ...textTable([...heads, ...rows], { minWidth: 12 }),
    '',
    verdict(comparisons),
    '',
  ].join('\n');
}

function sideText({ replicas, readyReplicas, overloadedMinutes }: DemoOutcome): string {
  const starting = replicas - readyReplicas;
  const pods = `${readyReplicas} pods${starting > 0 ? ` + ${starting} starting` : ''}`;
  return `${pods}, overloaded ${formatMinutes(overloadedMinutes)}`;
}

function verdict(comparisons: readonly Comparison[]): string {
  const total = (way: 'predictive' | 'reactive', measure: 'overloadedMinutes' | 'podHours') =>
    sum(comparisons.map((comparison) => comparison[way][measure]));
  const [own, reactive] = (['predictive', 'reactive'] as const).map((way) =>
    formatMinutes(total(way, 'overloadedMinutes')),
  );
  // Before the first pod-hour there is nothing to compare.
  const podHours = total('predictive', 'podHours') / total('reactive', 'podHours') || 1;
  const cost = `${Math.round(100 * Math.abs(podHours - 1))} % ${podHours >= 1 ? 'more' : 'fewer'} pod-hours`;
  return `This scaler: ${own} of overload instead of ${reactive}, for ${cost}.`;
}
