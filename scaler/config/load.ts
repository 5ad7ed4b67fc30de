import { admitted } from '../calendar/ical-source.js';
import { formatDuration } from '../shared/duration.js';
import { ScalerError } from '../shared/errors.js';
import { explain, Problems } from '../shared/problems.js';
import { guardSecrets, HIDDEN, isSecretKey } from '../shared/redact.js';
import { show, showKey } from '../shared/show.js';
import { didYouMean } from '../shared/suggest.js';
import { type ConfigFile, noFile, readConfigFile } from './file.js';
import { checkSecretFile } from './secret-files.js';
import {
  CONSTANTS,
  defaultThreads,
  EARLIER_SETTINGS,
  environmentName,
  environmentOnly,
  type SettingValues,
  settingPaths,
  settingsSchema,
} from './settings.js';

/** Name of the source for SCALER_PROMETHEUS_ADDRESS. */
const DEFAULT_SOURCE = 'default';

/** Variables that Kubernetes sets for each Service of the namespace; for one named "scaler" they have our prefix. */
const KUBERNETES_VARIABLE = /_SERVICE_(HOST|PORT)(_|$)|_PORT(_|$)/;

/** Where the configuration comes from. */
export interface ConfigOrigin {
  /** Usually `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of the configuration file. @default SCALER_CONFIG_FILE, or none */
  readonly file?: string | undefined;
}

/** Everything that the operator of the scaler can set, checked and complete. Frozen. */
export type ScalerConfig = ReturnType<typeof loadConfig>;

/** Files with the credentials that open the status page. Either of the two is enough. */
export interface PageAuth {
  readonly basic: { readonly username: string; readonly passwordFile: string } | undefined;
  readonly tokenFile: string | undefined;
}

/**
 * Reads the configuration: environment variables first, then the file, then defaults.
 *
 * @returns a frozen configuration that shows no secret in JSON or dumps
 * @throws ScalerError `invalid` with at most five problems: place or variable, value received, accepted form
 */
export function loadConfig({ environment, file: given }: ConfigOrigin) {
  const filePath = given ?? (environment.SCALER_CONFIG_FILE?.trim() || undefined);
  const file = filePath === undefined ? noFile : readConfigFile(filePath);
  const problems = new Problems();
  const values = readSettings(file, environment, problems.add);
  // The checks across settings need values that are right.
  problems.throwIfAny('configuration');

  const { grpc, http, planner, sources, calendars } = values;
  if (planner.maxStaleness < 2 * planner.refresh)
    problems.add(
      `planner.maxStaleness: is ${formatDuration(planner.maxStaleness)}; expected twice planner.refresh (${formatDuration(2 * planner.refresh)}) or more, or answers would be too old between two observations`,
    );
  for (const [name, { address }] of Object.entries(calendars))
    try {
      if (address !== undefined) admitted(address, sources.allowedAddresses);
    } catch (error) {
      if (!(error instanceof ScalerError)) throw error;
      problems.add(`calendars.${name}.address: ${error.message}`);
    }
  const tls = readTls(grpc, problems.add);
  const auth = readAuth(http, problems.add);
  problems.throwIfAny('configuration');
  return deepFreeze({
    grpc: {
      address: grpc.address,
      tls,
      advertisedAddress: grpc.advertisedAddress,
      maxConnections: CONSTANTS.grpcConnections,
    },
    http: { address: http.address, auth, protectMetrics: http.protectMetrics },
    sources: guardSecrets(sources),
    calendars: guardSecrets(calendars),
    history: { bootstrapFolder: CONSTANTS.bootstrapFolder },
    planner: {
      refreshSeconds: planner.refresh,
      refitSeconds: planner.refit,
      maxStalenessSeconds: planner.maxStaleness,
      firstAnswerWaitSeconds: CONSTANTS.firstAnswerWaitSeconds,
      idleSeconds: CONSTANTS.idleSeconds,
      maxTriggersPerNamespace: planner.maxTriggersPerNamespace,
      maxStepsPerNamespace: Math.max(
        CONSTANTS.stepsPerNamespace,
        CONSTANTS.stepsPerTrigger * planner.maxTriggersPerNamespace,
      ),
    },
    fitting: {
      threads: planner.threads ?? defaultThreads(),
      timeoutSeconds: CONSTANTS.fitTimeoutSeconds,
      heapMebibytes: CONSTANTS.fitMebibytes,
    },
    replicas: { address: values.replicas.address, warmUpSeconds: CONSTANTS.warmUpSeconds },
    log: { level: values.log.level },
    drainSeconds: CONSTANTS.drainSeconds,
    /** What the operator should know, to be logged at the start. */
    notices: unknownVariables(environment),
  });
}

/** Values by group and name. Not complete where a problem was reported. */
function readSettings(
  file: ConfigFile,
  environment: ConfigOrigin['environment'],
  complain: (problem: string) => void,
): SettingValues {
  /** The variable that set a path. */
  const variables = new Map<string, string>();
  const data = structuredClone(file.data);
  const set = (variable: string, path: readonly string[], value: unknown): void => {
    let map: Record<string, unknown> | undefined = data;
    for (const key of path.slice(0, -1)) {
      if (map !== undefined) map[key] ??= {};
      map = asMap(map?.[key]);
    }
    if (map === undefined) return;
    map[path.at(-1)!] = value;
    variables.set(path.join('.'), variable);
  };
  const given = (variable: string): string | undefined => environment[variable]?.trim() || undefined;
  for (const path of settingPaths) {
    const variable = environmentName(path);
    const text = given(variable);
    if (text !== undefined) set(variable, path.split('.'), text);
  }
  const allowed = given('SCALER_ALLOWED_ADDRESSES')?.split(',');
  if (allowed !== undefined)
    set(
      'SCALER_ALLOWED_ADDRESSES',
      ['sources', 'allowedAddresses'],
      allowed.map((entry) => entry.trim()),
    );
  const address = given('SCALER_PROMETHEUS_ADDRESS');
  if (address !== undefined) {
    const sources = asMap(data.sources);
    const path = sources?.default === undefined ? ['named', DEFAULT_SOURCE] : ['default'];
    // With two default sources, guessing could send the file's credentials to the variable's address.
    if (sources?.default !== undefined || Object.hasOwn(asMap(sources?.named) ?? {}, DEFAULT_SOURCE))
      complain(
        `${file.position(['sources', ...path])}: sources.${path.join('.')}: SCALER_PROMETHEUS_ADDRESS makes the default source too; keep one of the two`,
      );
    else {
      set('SCALER_PROMETHEUS_ADDRESS', ['sources', 'named', DEFAULT_SOURCE], { address });
      set('SCALER_PROMETHEUS_ADDRESS', ['sources', 'default'], DEFAULT_SOURCE);
    }
  }
  const result = settingsSchema.safeParse(data);
  if (result.success) return result.data;
  for (const { path, what } of explain(result.error, settingsSchema, data)) {
    const variable = path.map((_, i) => variables.get(path.slice(0, i + 1).join('.'))).find(Boolean);
    const earlier = /^there is no such setting/.test(what) && earlierSetting(path.join('.'));
    complain(
      `${variable ?? `${file.position(path)}: ${shownPath(path)}`}: ${earlier ? `there is no such setting any more: ${earlier}` : what}`,
    );
  }
  return {} as SettingValues;
}

/** What became of a setting of earlier versions, or of the whole group that it was in. */
function earlierSetting(path: string): string | undefined {
  for (const [setting, constant] of EARLIER_SETTINGS)
    if (setting === path || setting.startsWith(`${path}.`))
      return `${setting} is a constant now, ${constant}`;
  return undefined;
}

function asMap(value: unknown): Record<string, unknown> | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Record<string, unknown>) : undefined;
}

/** A path as messages name it. Where a header or parameter has no proper name, its value may be part of the name. */
function shownPath(path: readonly string[]): string {
  return path
    .map((key, i) =>
      i > 0 && isSecretKey(path[i - 1]!) && !/^[\w-]{1,40}$/.test(key) ? HIDDEN : showKey(key),
    )
    .join('.');
}

function readTls(
  { certFile, keyFile, clientCaFile }: SettingValues['grpc'],
  complain: (problem: string) => void,
) {
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, clientCaFile };
  if (certFile !== undefined || keyFile !== undefined)
    complain('grpc.certFile and grpc.keyFile: one of the two is missing');
  else if (clientCaFile !== undefined)
    complain(
      'grpc.clientCaFile: needs grpc.certFile and grpc.keyFile, since only TLS can ask for certificates',
    );
  return undefined;
}

function readAuth(
  { username, passwordFile, tokenFile, protectMetrics }: SettingValues['http'],
  complain: (problem: string) => void,
): PageAuth | undefined {
  for (const [setting, file] of Object.entries({ passwordFile, tokenFile }))
    if (file !== undefined) checkSecretFile(file, `http.${setting}`, complain);
  if ((username === undefined) !== (passwordFile === undefined))
    complain('http.username and http.passwordFile: one of the two is missing');
  if (protectMetrics && passwordFile === undefined && tokenFile === undefined)
    complain('http.protectMetrics: there is no http.passwordFile or http.tokenFile to protect them with');
  const basic = username === undefined || passwordFile === undefined ? undefined : { username, passwordFile };
  return basic || tokenFile ? { basic, tokenFile } : undefined;
}

/** Unknown variables with our prefix are no error, since Kubernetes adds variables itself. */
function unknownVariables(environment: ConfigOrigin['environment']): string[] {
  const known = [...settingPaths.map(environmentName), ...Object.keys(environmentOnly)];
  const earlier = new Map([...EARLIER_SETTINGS.keys()].map((path) => [environmentName(path), path]));
  return Object.keys(environment)
    .filter((name) => name.startsWith('SCALER_') && !known.includes(name) && !KUBERNETES_VARIABLE.test(name))
    .map((name) => {
      const path = earlier.get(name);
      return path === undefined
        ? `environment variable ${show(name)} is not known and has no effect${didYouMean(name, known)}`
        : `environment variable ${show(name)} has no effect any more: ${earlierSetting(path)}`;
    });
}

function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  for (const held of Object.values(value)) deepFreeze(held);
  return Object.freeze(value);
}
