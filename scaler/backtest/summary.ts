import { effectText } from '../calendar/effects.js';
import { formatDuration } from '../shared/duration.js';
import type { Backtest } from './backtest.js';
import type { Worth } from './calendar-worth.js';
import { formatAmount, formatMinutes, formatMoment, formatShare } from './format.js';
import type { Recommendation } from './recommend.js';
import { comparisonTable, tableText } from './table.js';

/** Events that are named in a sentence. */
const MOST_EVENTS = 5;

/** A finished backtest, and what is reported about it. */
export interface Finding {
  /** Where the load is from: a file or a query. */
  readonly title: string;
  readonly backtest: Backtest;
  /** Whether the threshold was derived from the load because none was given. */
  readonly thresholdDerived: boolean;
  readonly recommendation: Recommendation;
  /** The ScaledObject to paste. */
  readonly yaml: string;
}

/** What was evaluated and under which assumptions, in a few sentences. */
export function premises({ backtest, thresholdDerived }: Finding): readonly string[] {
  const { options, startSeconds, demand } = backtest;
  const { span, trigger, setup } = options;
  const evaluatedSeconds = 60 * demand.length;
  const range = `${formatMoment(startSeconds)} to ${formatMoment(startSeconds + evaluatedSeconds)}`;
  const before = Math.min(60 * span.from, trigger.historySeconds);
  const derived = thresholdDerived
    ? ', derived from the load: its 99th percentile needs 20 replicas at full use; give --threshold to say what yours carries'
    : '';
  const quantile =
    trigger.targetOverload === undefined
      ? `quantile ${trigger.quantile}`
      : `at a target of ${formatShare(trigger.targetOverload)} overload, chosen anew each day from the days before, and at quantile ${trigger.quantile}`;
  return [
    `Evaluated: ${range} (${formatDuration(evaluatedSeconds)}), with ${formatDuration(before)} of history at first.`,
    `Forecast: ${formatDuration(trigger.horizonSeconds)} ahead, ${quantile}, steps of ${formatDuration(trigger.stepSeconds)}, refitted every ${formatDuration(options.refitSeconds)}.`,
    `Replicas: ${setup.minReplicas} to ${setup.maxReplicas}, ready ${formatDuration(setup.startupSeconds)} after their creation; threshold ${formatAmount(setup.targetPerReplica)}, overloaded beyond ${formatAmount(setup.capacityPerReplica)} each${derived}.`,
    ...eventLines(backtest),
  ];
}

function eventLines({ options, events }: Backtest): string[] {
  if (options.calendar === undefined) return [];
  if (events.length === 0) return ['Events: none in this time.'];
  const shown = events.slice(0, MOST_EVENTS).map(({ name, startSeconds, effects }) => {
    const effect = effectText(effects, options.trigger.timezone);
    return `${name} (${effect}) from ${formatMoment(startSeconds)}`;
  });
  const more = events.length > MOST_EVENTS ? ` and ${events.length - MOST_EVENTS} more` : '';
  return [`Events: ${shown.join(', ')}${more}.`];
}

/** What it was worth to know the events, in sentences; none where there were no events. */
export function worthLines({ calendarWorth }: Backtest): readonly string[] {
  if (calendarWorth === undefined) return [];
  const { during, after, all } = calendarWorth;
  const error = (name: string, { minutes, with: given, without }: Worth) =>
    minutes === 0 || Number.isNaN(given.meanError + without.meanError)
      ? []
      : [`${formatAmount(given.meanError)} instead of ${formatAmount(without.meanError)} ${name}`];
  const errors = [...error('in their hours', during), ...error('on the day after each', after)];
  const overload = (name: string, { minutes, with: given, without }: Worth) =>
    minutes === 0
      ? []
      : [
          `${formatMinutes(given.overloadedMinutes)} instead of ${formatMinutes(without.overloadedMinutes)} overloaded ${name}`,
        ];
  const overloads = [...overload('in their hours', during), ...overload('in all', all)].join(' and ');
  const podHours = `${formatAmount(all.with.podHours)} pod-hours instead of ${formatAmount(all.without.podHours)}`;
  return [
    `With the events known, this scaler had ${overloads}, for ${podHours}.`,
    ...(errors.length > 0 ? [`Mean error of its forecast: ${errors.join(', ')}.`] : []),
  ];
}

/** A title for the ScaledObject that is offered. */
export function scaledObjectTitle({ verdict, cheaperThreshold }: Recommendation): string {
  const title = 'ScaledObject with the values used';
  return verdict === 'use' && cheaperThreshold ? `${title} and the cheaper threshold` : title;
}

/** A finished backtest as text for a terminal. */
export function summaryText(finding: Finding): string {
  const { backtest, recommendation, yaml, title } = finding;
  const table = comparisonTable(backtest.comparison, backtest.options.setup.targetPerReplica);
  return [
    `Backtest of ${title}`,
    ...premises(finding),
    '',
    tableText(table),
    ...table.notes.map((note) => `(${note})`),
    ...worthLines(backtest),
    '',
    recommendation.headline,
    ...recommendation.reasons.map((reason) => `  - ${reason}`),
    '',
    `${scaledObjectTitle(recommendation)}:`,
    '',
    yaml,
  ].join('\n');
}
