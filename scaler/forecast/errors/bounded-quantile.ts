import type { PooledModel } from '../types.js';

/**
 * How many expected errors a quantile may be above the highest known load, or above its forecast where that is higher. After
 * hours of calm an error is a huge multiple of what was expected then, which must not be added to a load that is already high.
 */
const MOST_ABOVE = 2;

/**
 * A quantile of the load to come: the forecast plus an error, not below the floor and not far above the highest load.
 *
 * @param center the forecast
 * @param error quantile of the divided errors
 * @param expected error that is expected now
 */
export function boundedQuantile(
  { floor, highest }: Pick<PooledModel, 'floor' | 'highest'>,
  center: number,
  error: number,
  expected: number,
): number {
  const most = Math.max(center, highest) + MOST_ABOVE * expected;
  return Math.max(floor, Math.min(most, center + error * expected));
}
