import type { Known, Policy } from './types.js';

/**
 * The load that a policy keeps pods for. The answer to KEDA is this times threshold over capacity, since
 * the HPA divides it by the threshold.
 *
 * @param weekFloor load of a floor `week`, from the policy's choice
 * @returns NaN when nothing is known of the load
 */
export function policyLoad({ basis, headroom, floor }: Policy, weekFloor: number, known: Known): number {
  const now = Number.isNaN(known.now) ? 0 : known.now;
  const of = basis === 'forecast' ? known.peak : basis === 'recent' ? known.recent : known.now;
  if (Number.isNaN(of) && Number.isNaN(known.now)) return Number.NaN;
  const load = headroom * (Number.isNaN(of) ? now : Math.max(of, now));
  if (floor.from === 'none') return load;
  const least = floor.from === 'week' ? weekFloor : floor.share * known.hours;
  return least > load ? least : load;
}

/** A policy in a sentence, for pages, reports and logs. */
export function policyInWords({ basis, quantile, headroom, floor }: Policy): string {
  const percent = (share: number) => `${Math.round(1000 * share) / 10} %`;
  const of =
    basis === 'forecast'
      ? `the load forecast for the time in which a pod starts, at quantile ${quantile}`
      : basis === 'recent'
        ? 'the highest load of the last 15 minutes'
        : 'the load now';
  const least =
    floor.from === 'week'
      ? `, and at least the load that ${percent(floor.share)} of the steps of the last 7 days stayed below`
      : floor.from === 'hours'
        ? `, and at least ${percent(floor.share)} of the highest load of the last 3 hours`
        : '';
  return `${percent(headroom)} of ${of}${least}`;
}
