import { AUTOMATIC_PERIODS, seasonNeedsSeconds, trendNeedsSeconds } from '../forecast/seasons/ladder.js';
import { formatDuration, parseDurationSeconds } from '../shared/duration.js';
import {
  DEFAULT_HORIZON,
  type Report,
  TRIGGER_LIMITS,
  type TriggerKeyName,
  type TriggerValues,
} from './keys.js';
import { horizonOfPodStartup } from './pod-startup.js';
import type { Trigger } from './trigger.js';

/** The forecast may look a step too far, which is much of a horizon with fewer steps. */
const FINE_HORIZON_STEPS = 3;

/**
 * Rounds horizon and history up to whole steps, and checks the three against each other. They are not refused, since
 * KEDA's own trigger takes any mix, and more of both is safe.
 */
export function settleGrid(
  values: TriggerValues,
  given: ReadonlyMap<TriggerKeyName, unknown>,
  { complain, notice }: Report,
): Pick<Trigger, 'stepSeconds' | 'horizonSeconds' | 'historySeconds' | 'horizonFollows'> {
  const stepSeconds = values.queryStep;
  const step = formatDuration(stepSeconds);
  const toGrid = (name: TriggerKeyName, seconds: number): number => {
    const onGrid = Math.ceil(seconds / stepSeconds) * stepSeconds;
    if (onGrid !== seconds && given.has(name))
      notice(`key "${name}" is used as ${formatDuration(onGrid)}: whole steps of ${step}`);
    return onGrid;
  };
  if (86_400 % stepSeconds !== 0)
    notice(`key "queryStep" is ${step}, which does not divide a day: daily seasons fit less exactly`);

  const horizonFollows = values.predictHorizon === 'auto';
  const wantedHorizon = wantedHorizonSeconds(values);
  const horizon = formatDuration(wantedHorizon);
  if (given.has('predictHorizon') && !horizonFollows && wantedHorizon < stepSeconds)
    complain('predictHorizon', `is ${horizon}, shorter than one queryStep of ${step}`);
  const horizonSeconds = horizonFollows
    ? Math.ceil(wantedHorizon / stepSeconds) * stepSeconds
    : toGrid('predictHorizon', wantedHorizon);
  const horizonSteps = horizonSeconds / stepSeconds;
  if (horizonSteps > TRIGGER_LIMITS.horizonSteps)
    complain(
      'predictHorizon',
      `is ${horizon}, which is ${horizonSteps} steps of ${step}; at most ${TRIGGER_LIMITS.horizonSteps}: lengthen queryStep`,
    );

  if (horizonSteps < FINE_HORIZON_STEPS)
    notice(
      `key "predictHorizon" is ${formatDuration(horizonSeconds)} at a queryStep of ${step}: the forecast knows no finer times than a step, so it looks up to ${step} further ahead than asked; a queryStep of ${formatDuration(Math.floor(horizonSeconds / FINE_HORIZON_STEPS))} or less makes that little`,
    );

  const historySeconds = toGrid('historyTimeWindow', values.historyTimeWindow);
  const historySteps = historySeconds / stepSeconds;
  const history = `is ${formatDuration(values.historyTimeWindow)}${given.has('historyTimeWindow') ? '' : ' by default'}`;
  const fewestSeconds = Math.max(
    TRIGGER_LIMITS.minHistorySteps * stepSeconds,
    trendNeedsSeconds(horizonSeconds, stepSeconds),
  );
  if (historySteps > TRIGGER_LIMITS.historySteps)
    complain(
      'historyTimeWindow',
      `${history}, which is ${historySteps} steps of ${step}; at most ${TRIGGER_LIMITS.historySteps}: lengthen queryStep or shorten the window to ${formatDuration(TRIGGER_LIMITS.historySteps * stepSeconds)}`,
    );
  else if (historySeconds < fewestSeconds)
    complain(
      'historyTimeWindow',
      `${history}, from which nothing can be forecast; expected ${formatDuration(fewestSeconds)} or more: 12 steps of ${step}, and two horizons and two steps`,
    );

  const seasonNeeds = (period: number) => seasonNeedsSeconds(period, horizonSeconds, stepSeconds);
  if (values.seasonality === 'auto') {
    for (const period of AUTOMATIC_PERIODS)
      if (seasonNeeds(period) > historySeconds)
        notice(
          `key "historyTimeWindow" ${history}, so that no ${period > 86_400 ? 'weekly' : 'daily'} season can be learned: that needs ${formatDuration(seasonNeeds(period))} or more; "seasonality" names the seasons that are wanted, such as 1d or none`,
        );
    return { stepSeconds, horizonSeconds, historySeconds, horizonFollows };
  }
  for (const season of values.seasonality) {
    const length = formatDuration(season);
    const needs = Math.max(2 * season, seasonNeeds(season));
    if (season % stepSeconds !== 0 || season < 2 * stepSeconds)
      complain(
        'seasonality',
        `has ${length}; expected multiples of the queryStep of ${step}, two steps or more`,
      );
    else if (needs > historySeconds)
      complain(
        'seasonality',
        `has ${length}, which needs a historyTimeWindow of ${formatDuration(needs)} or more; that ${history}`,
      );
  }
  return { stepSeconds, horizonSeconds, historySeconds, horizonFollows };
}

/** The horizon before it is rounded. While the start-up of pods is not known, it is the default. */
function wantedHorizonSeconds({ predictHorizon, podStartup }: TriggerValues): number {
  if (predictHorizon !== 'auto') return predictHorizon;
  return typeof podStartup === 'number'
    ? horizonOfPodStartup(podStartup)
    : parseDurationSeconds(DEFAULT_HORIZON);
}
