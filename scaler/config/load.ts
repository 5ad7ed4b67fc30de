import { readFileSync } from 'node:fs';
import { formatDuration } from '../shared/duration.js';
import { ScalerError } from '../shared/errors.js';
import { Refusal } from '../shared/read.js';
import { Secret } from '../shared/secret.js';
import { show, showKey } from '../shared/show.js';
import { didYouMean } from '../shared/suggest.js';
import type { GivenSecret, ScalerConfig } from './config.js';
import { type ConfigFile, type FileValue, noFile, readConfigFile } from './file.js';
import {
  defaultThreads,
  environmentName,
  environmentOnly,
  type Setting,
  type SettingPath,
  type SettingValues,
  settings,
} from './settings.js';
import { loadSources } from './sources.js';

/** How many problems one message tells; a user mends these first. */
const MAX_PROBLEMS = 5;

const paths = Object.keys(settings) as SettingPath[];

/** Variables that Kubernetes makes for each Service of the namespace; one named "scaler" gives them our prefix. */
const KUBERNETES_VARIABLE = /_SERVICE_(HOST|PORT)(_|$)|_PORT(_|$)/;

/** Where the configuration comes from. */
export interface ConfigOrigin {
  /** Usually `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Path of the configuration file; otherwise SCALER_CONFIG_FILE names it, and without either there is none. */
  readonly file?: string | undefined;
}

/**
 * Reads the configuration: environment variables first, then the file, then defaults.
 *
 * @returns a frozen configuration that shows no secret in JSON or dumps.
 * @throws ScalerError `invalid` with every problem (five at most) on one line: the place in the file or the variable,
 * the value received, the accepted form.
 */
export function loadConfig({ environment, file: given }: ConfigOrigin): ScalerConfig {
  const filePath = given ?? (environment.SCALER_CONFIG_FILE?.trim() || undefined);
  const file = filePath === undefined ? noFile : readConfigFile(filePath);
  const problems: string[] = [];
  const complain = (problem: string): void => {
    problems.push(problem);
  };

  refuseUnknown(file, complain);
  const values = readSettings(file, environment, complain);
  const sources = loadSources(file, environment, complain);
  // Checks across settings would only repeat what is known to be wrong already.
  if (problems.length > 0 || sources === undefined) throw invalid(problems);

  const { 'planner.refresh': refresh, 'planner.maxStaleness': maxStaleness } = values;
  if (maxStaleness < 2 * refresh)
    complain(
      `planner.maxStaleness: is ${formatDuration(maxStaleness)}; expected twice planner.refresh (${formatDuration(2 * refresh)}) or more, or answers would be too old between two observations`,
    );
  const tls = readTls(values, complain);
  const auth = readAuth(values, complain);
  if (problems.length > 0) throw invalid(problems);
  return deepFreeze({
    grpc: {
      address: values['grpc.address'],
      tls,
      advertisedAddress: values['grpc.advertisedAddress'],
      maxMessageBytes: values['grpc.maxMessageBytes'],
      maxConnections: values['grpc.maxConnections'],
      maxStreams: values['grpc.maxStreams'],
    },
    http: { address: values['http.address'], auth, protectMetrics: values['http.protectMetrics'] },
    sources,
    history: { bootstrapFolder: values['history.bootstrapFolder'] },
    planner: {
      refreshSeconds: values['planner.refresh'],
      refitSeconds: values['planner.refit'],
      maxStalenessSeconds: values['planner.maxStaleness'],
      firstAnswerWaitSeconds: values['planner.firstAnswerWait'],
      idleSeconds: values['planner.idle'],
      maxTriggersPerNamespace: values['planner.maxTriggersPerNamespace'],
      maxStepsPerNamespace: values['planner.maxStepsPerNamespace'],
    },
    fitting: {
      threads: values['planner.threads'] ?? defaultThreads(),
      timeoutSeconds: values['planner.fitTimeout'],
      heapMebibytes: values['planner.fitMemory'],
    },
    replicas: { address: values['replicas.address'], warmUpSeconds: values['replicas.warmUp'] },
    log: { level: values['log.level'] },
    drainSeconds: values['process.drain'],
    notices: unknownVariables(environment),
  });
}

/** A key of the file that is misspelt would otherwise leave a default in force that nobody wanted. */
function refuseUnknown(file: ConfigFile, complain: (problem: string) => void): void {
  for (const [path, { at }] of file.values) {
    if (Object.hasOwn(settings, path)) continue;
    complain(`${at}: ${showKey(path)}: there is no such setting${didYouMean(path, [...paths, 'sources'])}`);
  }
}

function readSettings(
  file: ConfigFile,
  environment: ConfigOrigin['environment'],
  complain: (problem: string) => void,
): SettingValues {
  const values: Partial<Record<SettingPath, unknown>> = {};
  for (const path of paths) {
    const setting: Setting<unknown> = settings[path];
    const variable = environmentName(path);
    const fromEnvironment = environment[variable]?.trim();
    const fromFile = file.values.get(path);
    if (fromEnvironment)
      values[path] = readValue(setting, { text: fromEnvironment, at: variable }, path, complain);
    else if (fromFile !== undefined && 'kind' in fromFile)
      complain(`${fromFile.at}: ${path}: received a ${fromFile.kind}; expected ${setting.form}`);
    else if (fromFile !== undefined) values[path] = readValue(setting, fromFile, path, complain);
    else if ('value' in setting.default) values[path] = setting.read(setting.default.value);
  }
  // Complete unless a problem was told, and then nobody reads it.
  return values as SettingValues;
}

function readValue(
  setting: Setting<unknown>,
  { text, at }: FileValue,
  path: string,
  complain: (problem: string) => void,
): unknown {
  try {
    return setting.read(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const received = setting.secret ? 'a hidden value' : show(text);
    const reason = error.reason === undefined ? '' : ` (${error.reason})`;
    const place = at === environmentName(path) ? at : `${at}: ${path}`;
    complain(`${place}: received ${received}${reason}; expected ${setting.form}`);
    return undefined;
  }
}

function readTls(values: SettingValues, complain: (problem: string) => void): ScalerConfig['grpc']['tls'] {
  const certFile = values['grpc.certFile'];
  const keyFile = values['grpc.keyFile'];
  const clientCaFile = values['grpc.clientCaFile'];
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, clientCaFile };
  if (certFile !== undefined || keyFile !== undefined)
    complain('grpc.certFile and grpc.keyFile: one of the two is missing');
  else if (clientCaFile !== undefined)
    complain(
      'grpc.clientCaFile: needs grpc.certFile and grpc.keyFile, since only TLS can ask for certificates',
    );
  return undefined;
}

function readAuth(values: SettingValues, complain: (problem: string) => void): ScalerConfig['http']['auth'] {
  const secret = (path: 'http.password' | 'http.token'): GivenSecret | undefined => {
    const direct = values[path];
    const file = values[`${path}File`];
    if (direct !== undefined && file !== undefined) complain(`${path} and ${path}File: give one of the two`);
    if (file === undefined) return direct === undefined ? undefined : new Secret(direct);
    return checkSecretFile(file, `${path}File`, complain);
  };
  const password = secret('http.password');
  const token = secret('http.token');
  const username = values['http.username'];
  const givesPassword = values['http.password'] !== undefined || values['http.passwordFile'] !== undefined;
  if ((username !== undefined) !== givesPassword)
    complain('http.username and http.password (or http.passwordFile): one of the two is missing');
  const basic = username === undefined || password === undefined ? undefined : { username, password };
  if (basic === undefined && token === undefined) {
    if (values['http.protectMetrics'])
      complain('http.protectMetrics: there is no http.username or http.token to protect them with');
    return undefined;
  }
  return { basic, token };
}

/** Whoever uses the secret reads the file again; a mistake in it should show at the start all the same. */
function checkSecretFile(
  path: string,
  setting: string,
  complain: (problem: string) => void,
): GivenSecret | undefined {
  try {
    if (readFileSync(path, 'utf8').trim() !== '') return { file: path };
    complain(`${setting}: the file ${show(path)} is empty`);
  } catch (error) {
    complain(`${setting}: cannot read ${show(path)} (${(error as NodeJS.ErrnoException).code})`);
  }
  return undefined;
}

/**
 * Variables with our prefix that mean nothing. They are no error: Kubernetes adds variables to a pod that nobody wrote.
 */
function unknownVariables(environment: ConfigOrigin['environment']): string[] {
  const known = [...paths.map(environmentName), ...Object.keys(environmentOnly)];
  return Object.keys(environment)
    .filter((name) => name.startsWith('SCALER_') && !known.includes(name) && !KUBERNETES_VARIABLE.test(name))
    .map(
      (name) => `environment variable ${show(name)} is not known and has no effect${didYouMean(name, known)}`,
    );
}

function invalid(problems: readonly string[]): ScalerError {
  const told = problems.slice(0, MAX_PROBLEMS).join('; ');
  const more = problems.length > MAX_PROBLEMS ? `; and ${problems.length - MAX_PROBLEMS} more` : '';
  return new ScalerError('invalid', `configuration: ${told}${more}`);
}

function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || value instanceof Secret) return value;
  for (const held of Object.values(value)) deepFreeze(held);
  return Object.freeze(value);
}
