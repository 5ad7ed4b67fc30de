import { createHash } from 'node:crypto';

/** A DNS label has 63 characters at most; four are left for the `sNN-` that KEDA puts before the name. */
const MAX_LENGTH = 59;

/**
 * Keys that take no part in a derived name: those about KEDA's own connection to the scaler, and secrets, since a short
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
 * A metric name for a trigger that gives none. It depends on what the manifest says and on nothing else: were it to
 * follow from a default or from the scaler's configuration, a release or a new source would rename the metric, and the
 * HPA would find no value until KEDA reconciles. Values from an environment variable (`...FromEnv`) are not the
 * manifest's.
 */
export function derivedMetricName(metadata: Readonly<Record<string, string>>): string {
  const said = Object.entries(metadata)
    .map(([key, value]) => [key, withoutCredentials(value.trim())] as const)
    .filter(([key, value]) => value !== '' && !leftOut.has(key) && !key.endsWith('FromEnv'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `predictive-${shortHash(JSON.stringify(said))}`;
}

/** Without what stands before the `@` of an address, and without the value of an `Authorization` header. */
function withoutCredentials(value: string): string {
  return value.replace(/^(https?:\/\/).*@/i, '$1').replace(/((?:^|,)\s*authorization\s*=)[^,]*/gi, '$1');
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
