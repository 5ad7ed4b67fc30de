import { guardSecrets, showAddress } from '../shared/redact.js';
import { address, type TriggerAddress } from './forms.js';
import type { Report, TriggerKeyName, TriggerValues } from './keys.js';
import type { TriggerSource } from './trigger.js';

/** The part of the configuration that triggers are checked against. */
export interface TriggerContext {
  /** Name of the source for triggers without source and address. */
  readonly default?: string | undefined;
  /** Sources by name, with the namespaces that may use them unless all may; undefined checks no names. */
  readonly named?: Readonly<Record<string, { address: string; namespaces?: readonly string[] | undefined }>>;
  /** Throws a ScalerError when a trigger may not use an address; undefined admits all. */
  readonly admit?: ((address: string) => unknown) | undefined;
  /** Names of the calendars; undefined checks no names. */
  readonly calendars?: readonly string[] | undefined;
}

/** Keys that need `prometheusAddress`. */
const ADDRESS_KEYS = ['customHeaders', 'cortexOrgID', 'queryParameters', 'namespace'] as const;

/** The mode of `authModes` for each credential. */
const MODE_OF = {
  bearerToken: 'bearer',
  username: 'basic',
  password: 'basic',
  customAuthHeader: 'custom',
  customAuthValue: 'custom',
} as const;
const CREDENTIAL_KEYS = Object.keys(MODE_OF) as (keyof typeof MODE_OF)[];

/**
 * The source of a trigger's history, from the keys about it.
 *
 * A trigger cannot add headers or parameters to a named source: with the operator's credentials and the header of
 * another Mimir tenant it could read data of that tenant.
 */
export function triggerSource(
  values: TriggerValues,
  context: TriggerContext,
  report: Report,
): TriggerSource | undefined {
  const { complain, notice } = report;
  if (values.prometheusAddress !== undefined) {
    if (values.source !== undefined)
      complain('source', 'stands beside "prometheusAddress"; give one of the two');
    const ownSource = bringsNothing(values) && sourceAt(values.prometheusAddress.address, context);
    if (ownSource) {
      if (values.authModes !== undefined)
        notice(
          `key "authModes" has no effect: the address is that of the source "${ownSource}", whose own credentials are used`,
        );
      return Object.freeze({ kind: 'named', name: ownSource });
    }
    return addressSource(values.prometheusAddress, values, report);
  }

  const name = values.source ?? context.default;
  if (name === undefined) {
    complain(
      'prometheusAddress',
      'is missing, and the scaler has no default source; give an address or the name of a "source", or set SCALER_PROMETHEUS_ADDRESS where the scaler runs',
    );
    return undefined;
  }
  for (const key of ADDRESS_KEYS) {
    if (values[key] === undefined) continue;
    complain(
      key,
      'needs "prometheusAddress"; headers and parameters of a source belong to its configuration',
    );
  }
  for (const key of ['authModes', ...CREDENTIAL_KEYS] as const) {
    if (values[key] === undefined) continue;
    notice(`key "${key}" has no effect: the source "${name}" brings its own credentials`);
  }
  return Object.freeze({ kind: 'named', name });
}

/**
 * Whether a trigger gives an address and nothing else. If it is that of a configured source, it means this source. The
 * trigger could name the source as well, and so manifests for KEDA's own triggers work without the allow-list.
 */
function bringsNothing(values: TriggerValues): boolean {
  return (
    values.prometheusAddress!.credentials === undefined &&
    [...ADDRESS_KEYS, ...CREDENTIAL_KEYS].every((key) => values[key] === undefined)
  );
}

/** The configured source with an address; undefined for several, since their credentials differ. */
function sourceAt(wanted: string, { named = {} }: TriggerContext): string | undefined {
  const [name, ...others] = Object.keys(named).filter(
    (each) => address(named[each]!.address).address === wanted,
  );
  return others.length === 0 ? name : undefined;
}

function addressSource(
  { address: base, credentials }: TriggerAddress,
  values: TriggerValues,
  { complain, notice }: Report,
): TriggerSource {
  const headers = new Map<string, string>();
  for (const [name, value] of values.customHeaders ?? []) {
    if (headers.has(name.toLowerCase())) complain('customHeaders', `has header "${name}" twice`);
    headers.set(name.toLowerCase(), value);
  }
  const addHeader = (key: TriggerKeyName, name: string, value: string): void => {
    if (headers.has(name.toLowerCase())) complain(key, `sets header "${name}", which another key sets too`);
    headers.set(name.toLowerCase(), value);
  };
  if (values.cortexOrgID !== undefined) addHeader('cortexOrgID', 'X-Scope-OrgID', values.cortexOrgID);
  if (credentials !== undefined) {
    addHeader('prometheusAddress', 'Authorization', basic(credentials.username, credentials.password));
    notice(
      'the address holds a password that everyone who can read the ScaledObject sees; use a named source',
    );
  }
  addCredentials(values, addHeader, notice);

  const parameters = new Map(values.queryParameters);
  if (values.namespace !== undefined) {
    if (parameters.has('namespace')) complain('namespace', 'is a parameter in "queryParameters" too');
    parameters.set('namespace', values.namespace);
  }
  const source = {
    kind: 'address',
    address: base,
    headers: Object.freeze(sorted(headers)),
    queryParameters: Object.freeze(sorted(parameters)),
  } as const;
  // Logs, dumps and API answers must not show values of headers and parameters.
  return guardSecrets(source);
}

/**
 * KEDA keeps a TriggerAuthentication to itself, so a manifest for KEDA's own trigger may name a mode without its
 * secret. That is a notice and no error, since the address may not need it.
 */
function addCredentials(
  values: TriggerValues,
  addHeader: (key: TriggerKeyName, name: string, value: string) => void,
  notice: (text: string) => void,
): void {
  const modes = new Set(values.authModes);
  const missing = (mode: string, key: string): void =>
    notice(
      `"authModes" has "${mode}" but no "${key}" arrived: KEDA keeps a TriggerAuthentication to itself; use "${key}FromEnv" or a named source`,
    );

  if (modes.has('bearer')) {
    if (values.bearerToken === undefined) missing('bearer', 'bearerToken');
    else addHeader('bearerToken', 'Authorization', `Bearer ${values.bearerToken}`);
  }
  if (modes.has('basic')) {
    if (values.username === undefined) missing('basic', 'username');
    else addHeader('username', 'Authorization', basic(values.username, values.password ?? ''));
  }
  if (modes.has('custom')) {
    if (values.customAuthHeader === undefined) missing('custom', 'customAuthHeader');
    else if (values.customAuthValue === undefined) missing('custom', 'customAuthValue');
    else addHeader('customAuthHeader', values.customAuthHeader, values.customAuthValue);
  }
  for (const mode of ['tls', 'oauth', 'apiKey'] as const)
    if (modes.has(mode))
      notice(`"authModes" has "${mode}", which needs a named source; it has no effect here`);

  for (const key of CREDENTIAL_KEYS)
    if (values[key] !== undefined && !modes.has(MODE_OF[key]))
      notice(`key "${key}" has no effect without "authModes: ${MODE_OF[key]}"`);
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function sorted(entries: ReadonlyMap<string, string>): Record<string, string> {
  // fromEntries makes own properties, even of "__proto__", and the objects can be compared.
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A source in logs, errors and pages. */
export function describeSource(source: TriggerSource): string {
  return source.kind === 'named' ? `source "${source.name}"` : `address ${showAddress(source.address)}`;
}
