import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { sourcesSchema } from '../prometheus/source-config.js';
import {
  boolean,
  defaulted,
  optional,
  readWith,
  text,
  userName,
  ValidationError,
  whole,
  wholeSeconds,
} from '../shared/fields.js';
import { shapeOf } from '../shared/problems.js';
import { USUAL_SCALER_ADDRESS } from '../trigger/trigger.js';

const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape).prefault({} as never);

/**
 * Everything that the configuration may hold, in its groups. The environment variable of a setting follows from its path
 * (see `environmentName`). `make docs` writes docs/configuration.md from it.
 */
export const settingsSchema = z.strictObject({
  grpc: group({
    address: defaulted('0.0.0.0:50051', readWith(listenAddress), {
      form: '`host:port`, `[v6]:port` or `:port` for every interface',
      meaning: 'Where KEDA reaches the scaler.',
    }),
    advertisedAddress: defaulted(USUAL_SCALER_ADDRESS, text, {
      form: '`host:port`',
      meaning:
        'The address as KEDA knows it: the Service with its namespace, and its port. The status page and `backtest` write it into the manifests that they offer.',
    }),
    certFile: optional('none: plaintext', text, {
      form: 'path of a PEM file',
      meaning: "The server's certificate with its chain. Read again when it changes.",
    }),
    keyFile: optional('none', text, {
      form: 'path of a PEM file',
      meaning: "The certificate's key. Read again when it changes.",
    }),
    clientCaFile: optional('none: callers need no certificate', text, {
      form: 'path of a PEM file',
      meaning:
        "Authority that callers' certificates must come from (mutual TLS). Read again when it changes.",
    }),
    maxConnections: defaulted('1024', whole(1, 65_536), {
      form: 'a whole number from 1 to 65536',
      meaning:
        'Connections at once. Each KEDA operator and metrics server holds one. At the limit the one that has sent least is closed for a new one.',
    }),
  }),
  http: group({
    address: defaulted('0.0.0.0:8080', readWith(listenAddress), {
      form: '`host:port`, `[v6]:port` or `:port` for every interface',
      meaning: 'Where `/metrics`, `/healthz`, `/readyz` and the status page are served.',
    }),
    username: optional('none', userName, {
      form: 'text without a colon',
      meaning: 'User name that the status page asks for, together with a password.',
    }),
    password: optional('none', text, {
      form: 'text',
      meaning: 'Password that the status page asks for. Prefer `http.passwordFile`.',
      secret: true,
    }),
    passwordFile: optional('none', text, {
      form: 'path of a file',
      meaning:
        'File that holds the password; white space around it does not count. Read again when it changes.',
    }),
    token: optional('none', text, {
      form: 'text',
      meaning: 'Bearer token that opens the status page and its API too. Prefer `http.tokenFile`.',
      secret: true,
    }),
    tokenFile: optional('none', text, {
      form: 'path of a file',
      meaning: 'File that holds the token; white space around it does not count. Read again when it changes.',
    }),
    protectMetrics: defaulted('false', boolean, {
      form: '`true` or `false`',
      meaning: 'Whether `/metrics` asks for the same password or token. `/healthz` and `/readyz` never do.',
    }),
  }),
  history: group({
    bootstrapFolder: defaulted('/etc/scaler/bootstrap', text, {
      form: 'path of a folder',
      meaning: 'Folder of the CSV files that triggers name as `bootstrap`. Any trigger may name any of them.',
    }),
  }),
  planner: group({
    refresh: defaulted('15s', wholeSeconds({ min: 1, max: 600 }), {
      form: 'a duration of whole seconds from 1s to 10m',
      meaning:
        "How often the load of each trigger is observed and its answer renewed. 15 s is the HPA's own interval.",
    }),
    refit: defaulted('1h', wholeSeconds({ min: 60, max: 7 * 86_400 }), {
      form: 'a duration of whole seconds from 1m to 7d',
      meaning: 'How often each model is fitted anew. In between it is carried on by each new step.',
    }),
    maxStaleness: defaulted('30m', wholeSeconds({ min: 0, max: 86_400 }), {
      form: 'a duration of whole seconds up to 1d, of twice `planner.refresh` or more',
      meaning:
        'How old the newest data may be while a forecast goes on without Prometheus. Beyond that KEDA gets UNAVAILABLE, and its fallback counts.',
    }),
    maxTriggersPerNamespace: defaulted('2000', whole(1, 1_000_000), {
      form: 'a whole number from 1 to 1000000',
      meaning:
        'Triggers that one namespace may have at once. More get FAILED_PRECONDITION until others of the namespace are dropped.',
    }),
    maxStepsPerNamespace: defaulted('10000000', whole(1000, 10_000_000_000), {
      form: 'a whole number from 1000 to 10000000000',
      meaning:
        'Steps of history that the triggers of one namespace may have together: `historyTimeWindow` divided by `queryStep`, which is 4,032 where neither is set. Memory and fits go with them. More triggers get FAILED_PRECONDITION until others of the namespace are dropped.',
    }),
    threads: optional('one less than the processors, from 1 to 4', whole(1, 64), {
      form: 'a whole number from 1 to 64',
      meaning: 'Worker threads that fit models.',
    }),
  }),
  replicas: group({
    address: optional('none: replicas start without the triggers of others', readWith(replicasAddress), {
      form: '`host:port`',
      meaning:
        'A name that resolves to every replica of the scaler, those that are not ready included, and their gRPC port: a headless Service with `publishNotReadyAddresses`. A replica that starts asks the others which triggers they have, and is ready when it has models for them.',
    }),
  }),
  log: group({
    level: defaulted('info', z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']), {
      form: '`trace`, `debug`, `info`, `warn`, `error` or `silent`',
      meaning: 'Least weighty kind of line that is logged.',
    }),
  }),
  sources: sourcesSchema.prefault({}),
});

/** Every setting's value, with defaults filled in. */
export type SettingValues = z.output<typeof settingsSchema>;

/** Path of each setting that has an environment variable: `group.name`. */
export const settingPaths: readonly string[] = Object.entries(settingsSchema.shape).flatMap(
  ([name, group]) =>
    name === 'sources' ? [] : Object.keys(shapeOf(group)).map((setting) => `${name}.${setting}`),
);

/** Bounds that no user had to change. Durations are seconds. */
export const LIMITS = {
  /** How long the first call for a new trigger may wait for history, since KEDA's loop waits with it. */
  firstAnswerWaitSeconds: 2,
  /** A trigger that nobody has asked about for this long is dropped. */
  idleSeconds: 600,
  /** A fit that takes longer is given up; the model in use stays. */
  fitTimeoutSeconds: 60,
  /** Heap of one worker thread. */
  fitMebibytes: 256,
  /** A starting replica is ready after this long at the latest, whatever models are missing. */
  warmUpSeconds: 120,
  /** How long calls in flight may take to finish after SIGTERM. */
  drainSeconds: 10,
} as const;

/** Environment variables that are not settings of the file under another name. */
export const environmentOnly = {
  SCALER_CONFIG_FILE: 'Path of the configuration file, where none is given on the command line.',
  SCALER_PROMETHEUS_ADDRESS:
    'Address of the default source, for a set-up that needs no file: it becomes the source `default`.',
  SCALER_ALLOWED_ADDRESSES:
    'The list `sources.allowedAddresses`, with commas between the addresses. Takes the place of the one in the file.',
} as const;

/**
 * Name of a setting's environment variable.
 *
 * @example environmentName('grpc.certFile') // 'SCALER_GRPC_CERT_FILE'
 */
export function environmentName(path: string): string {
  const words = path.replaceAll('.', '_').replaceAll(/([a-z])([A-Z])/g, '$1_$2');
  return `SCALER_${words.toUpperCase()}`;
}

/** Worker threads where the configuration does not say: one processor is left to the event loop. */
export function defaultThreads(): number {
  return Math.min(4, Math.max(1, availableParallelism() - 1));
}

/** Where a server listens. */
export interface ListenAddress {
  /** undefined for every interface. */
  readonly host: string | undefined;
  readonly port: number;
  /** Both as they were written. */
  readonly text: string;
}

function listenAddress(value: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]*)):(\d{1,5})$/.exec(value);
  if (match === null) throw new ValidationError();
  const port = Number(match[3]);
  if (port > 65_535) throw new ValidationError(`port ${port} is above 65535`);
  return Object.freeze({ host: match[1] || match[2] || undefined, port, text: value });
}

function replicasAddress(value: string): { readonly host: string; readonly port: number } {
  const { host, port } = listenAddress(value);
  if (host === undefined) throw new ValidationError('the host is missing');
  return Object.freeze({ host, port });
}
