import { createHash } from 'node:crypto';
import type { Trigger } from '../trigger.js';

/** A DNS label has 63 characters at most; four are left for the `sNN-` that KEDA puts before the name. */
const MAX_LENGTH = 59;

/** Everything about a trigger except its names: two triggers with equal settings are the same trigger. */
export type TriggerSettings = Omit<Trigger, 'scaledObject' | 'namespace' | 'metricName' | 'notices'>;

/**
 * A metric name for a trigger that gives none: stable as long as the trigger stays as it is, and different for any two
 * triggers that differ, so that their exported series cannot collide.
 */
export function derivedMetricName(settings: TriggerSettings): string {
  // Spread, because a source writes itself as JSON without the headers' values, and a tenant's header tells triggers apart.
  const source: Record<string, unknown> = { ...settings.source };
  // A password takes no part: it does not change what is asked, and a short hash of it could confirm a guess.
  if (settings.source.kind === 'address')
    source.headers = { ...settings.source.headers, authorization: undefined };
  return `predictive-${shortHash(JSON.stringify({ ...settings, source }, sortedKeys))}`;
}

/**
 * A given name made fit for the external metrics API: lower case, since Kubernetes refuses the rest
 * (kubernetes/kubernetes#72996), and letters, digits and dashes only. A name that is too long keeps its beginning and
 * ends in a hash of the whole.
 *
 * @returns undefined when nothing is left of the name.
 * @example safeMetricName('HTTP_requests:rate5m') // 'http-requests-rate5m'
 */
export function safeMetricName(given: string): string | undefined {
  const safe = given
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  if (safe === '') return undefined;
  if (safe.length <= MAX_LENGTH) return safe;
  const hash = shortHash(given);
  return `${safe.slice(0, MAX_LENGTH - hash.length - 1).replace(/-$/, '')}-${hash}`;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}

/** JSON with the keys of each object in order, so that equal settings give equal text. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
