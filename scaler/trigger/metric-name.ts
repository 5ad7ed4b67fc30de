import { createHash } from 'node:crypto';

/** A DNS label has at most 63 characters; four are for KEDA's prefix `sNN-`. */
const MAX_LENGTH = 59;

/**
 * Keys that are not part of a derived name: those about KEDA's connection to the scaler, and secrets, since a short
 * hash could confirm a guess. Adding a key here renames the metric of every ScaledObject that has it.
 */
const leftOut: ReadonlySet<string> = new Set([
  'scalerAddress',
  'enableTLS',
  'unsafeSsl',
  'caCert',
  'tlsCertFile',
  'tlsClientCert',
  'tlsClientKey',
  'apiKey',
  'bearerToken',
  'password',
  'customAuthValue',
]);

/**
 * A metric name for a trigger that gives none. It depends on the manifest alone. If it depended on defaults or on the
 * configuration, a release or a new source could rename the metric, and the HPA would find no value until KEDA
 * reconciles. Values from environment variables (`...FromEnv`) are not part of the manifest.
 */
export function derivedMetricName(metadata: Readonly<Record<string, string>>): string {
  const said = Object.entries(metadata)
    .map(([key, value]) => [key, withoutCredentials(value.trim())] as const)
    .filter(([key, value]) => value !== '' && !leftOut.has(key) && !key.endsWith('FromEnv'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `predictive-${shortHash(JSON.stringify(said))}`;
}

/** Removes what is before the `@` of an address, and the value of an `Authorization` header. */
function withoutCredentials(value: string): string {
  return value.replace(/^(https?:\/\/).*@/i, '$1').replace(/((?:^|,)\s*authorization\s*=)[^,]*/gi, '$1');
}

/**
 * A name for the external metrics API: letters, digits and dashes in lower case, since Kubernetes refuses upper case
 * (kubernetes/kubernetes#72996). The end of a name that is too long becomes a hash.
 *
 * @returns undefined when nothing is left of the name
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
