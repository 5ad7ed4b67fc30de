import { formatDuration } from '../shared/duration.js';
import type { settleGrid } from './grid.js';
import type { Report, TriggerKeyName, TriggerValues } from './keys.js';
import type { Trigger } from './trigger.js';

/** A choice needs a day to learn from and two to replay. */
const CHOICE_NEEDS_SECONDS = 3 * 86_400;

/** Checks the keys about accepted overload against each other, threshold and horizon. */
export function settleOverload(
  values: TriggerValues,
  given: ReadonlyMap<TriggerKeyName, unknown>,
  { horizonSeconds, historySeconds, horizonFollows }: ReturnType<typeof settleGrid>,
  { complain, notice }: Report,
): Pick<Trigger, 'targetOverload' | 'capacity' | 'podStartupSeconds' | 'measuresPodStartup'> {
  const { targetOverload, threshold, capacity = threshold, podStartup } = values;
  const hasNoEffect = (key: TriggerKeyName, without: string): void => {
    if (given.has(key)) notice(`key "${key}" has no effect without ${without}`);
  };
  if (capacity < threshold)
    complain(
      'capacity',
      `is ${capacity}, below the threshold of ${threshold}: every replica would be overloaded by the load that it should carry`,
    );
  const usesPodStartup = targetOverload !== undefined || horizonFollows;
  if (!usesPodStartup) hasNoEffect('podStartup', '"targetOverload" or "predictHorizon: auto"');
  if (targetOverload === undefined) hasNoEffect('capacity', '"targetOverload"');
  else if (given.has('quantile'))
    notice(
      'key "quantile" holds only until there are three days of history: "targetOverload" then chooses the quantile',
    );
  if (targetOverload !== undefined && historySeconds < CHOICE_NEEDS_SECONDS)
    notice(
      `key "historyTimeWindow" is ${formatDuration(historySeconds)}, from which nothing can be chosen for "targetOverload": that needs ${formatDuration(CHOICE_NEEDS_SECONDS)} or more`,
    );
  if (typeof podStartup === 'number' && podStartup > horizonSeconds)
    complain(
      'podStartup',
      `is ${formatDuration(podStartup)}, longer than the predictHorizon of ${formatDuration(horizonSeconds)}: pods would be ready too late; lengthen predictHorizon or set it to auto`,
    );
  return {
    targetOverload,
    capacity,
    podStartupSeconds: typeof podStartup === 'number' ? podStartup : horizonSeconds,
    // The query for it is expensive.
    measuresPodStartup:
      usesPodStartup && (podStartup === 'auto' || (podStartup === undefined && horizonFollows)),
  };
}
