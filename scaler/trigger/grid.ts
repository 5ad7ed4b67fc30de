import { formatDuration } from '../duration.js';
import type { GivenKeys } from './collect.js';
import { TRIGGER_LIMITS, type TriggerKeyName, type TriggerValues } from './keys.js';
import type { TriggerSettings } from './metric-name.js';

/**
 * Brings step, horizon and history onto one grid and checks them against each other. Horizon and history are rounded up
 * to whole steps rather than refused, since KEDA's own trigger takes any mix; more horizon and more history are the safe
 * side.
 */
export function settleGrid(
  values: TriggerValues,
  given: GivenKeys,
  complain: (key: string, what: string) => void,
  notice: (text: string) => void,
): Pick<TriggerSettings, 'stepSeconds' | 'horizonSeconds' | 'historySeconds'> {
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

  const horizon = formatDuration(values.predictHorizon);
  if (given.has('predictHorizon') && values.predictHorizon < stepSeconds)
    complain('predictHorizon', `is ${horizon}, shorter than one queryStep of ${step}`);
  const horizonSeconds = toGrid('predictHorizon', values.predictHorizon);
  const horizonSteps = horizonSeconds / stepSeconds;
  if (horizonSteps > TRIGGER_LIMITS.horizonSteps)
    complain(
      'predictHorizon',
      `is ${horizon}, which is ${horizonSteps} steps of ${step}; at most ${TRIGGER_LIMITS.horizonSteps}: lengthen queryStep`,
    );

  const historySeconds = toGrid('historyTimeWindow', values.historyTimeWindow);
  const historySteps = historySeconds / stepSeconds;
  const history = `is ${formatDuration(values.historyTimeWindow)}${given.has('historyTimeWindow') ? '' : ' by default'}`;
  const fewestSteps = Math.max(TRIGGER_LIMITS.minHistorySteps, 2 * horizonSteps);
  if (historySteps > TRIGGER_LIMITS.historySteps)
    complain(
      'historyTimeWindow',
      `${history}, which is ${historySteps} steps of ${step}; at most ${TRIGGER_LIMITS.historySteps}: lengthen queryStep or shorten the window to ${formatDuration(TRIGGER_LIMITS.historySteps * stepSeconds)}`,
    );
  else if (historySteps < fewestSteps)
    complain(
      'historyTimeWindow',
      `${history}; expected ${formatDuration(fewestSteps * stepSeconds)} or more: 12 steps of ${step} and twice the horizon`,
    );

  for (const season of values.seasonality === 'auto' ? [] : values.seasonality) {
    const length = formatDuration(season);
    if (season % stepSeconds !== 0 || season < 2 * stepSeconds)
      complain(
        'seasonality',
        `has ${length}; expected multiples of the queryStep of ${step}, two steps or more`,
      );
    else if (2 * season > historySeconds)
      complain('seasonality', `has ${length}, of which historyTimeWindow does not hold two`);
  }
  return { stepSeconds, horizonSeconds, historySeconds };
}
