import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { calendarsSchema } from '../calendar/calendar-config.js';
import { sourcesSchema } from '../prometheus/source-config.js';
import {
  boolean,
  checked,
  defaulted,
  optional,
  readWith,
  seconds,
  text,
  userName,
  ValidationError,
  whole,
} from '../shared/fields.js';
import type { ListenAddress } from '../shared/listen.js';
import { shapeOf } from '../shared/problems.js';
import { USUAL_SCALER_ADDRESS } from '../trigger/trigger.js';

const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape).prefault({} as never);

/** A setting of earlier versions. @param hint what to do instead */
const gone = (hint: string) => z.never(`there is no such setting any more: ${hint}`).optional();

/** Whether a setting is one of earlier versions. */
export function isGone(setting: z.core.$ZodType): boolean {
  return setting instanceof z.ZodOptional && setting.unwrap() instanceof z.ZodNever;
}

/** A setting of earlier versions that is a constant now. */
const retired = (constant: string) => gone(`it is a constant now, ${constant}`);

/** All settings, from which `make docs` writes docs/configuration.md. */
export const settingsSchema = z.strictObject({
  grpc: group({
    address: defaulted(':50051', readWith(listenAddress), {
      form: '`host:port`, `[v6]:port` or `:port` for every interface',
      meaning: 'Where KEDA reaches the scaler.',
    }),
    advertisedAddress: defaulted(USUAL_SCALER_ADDRESS, checked(hostAndPort), {
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
        "Authority that callers' certificates must come from (mutual TLS). Replicas are callers of each other, so the server's own certificate must then be good for clients too. Read again when it changes.",
    }),
    maxConnections: retired('1024'),
  }),
  http: group({
    address: defaulted(':8080', readWith(listenAddress), {
      form: '`host:port`, `[v6]:port` or `:port` for every interface',
      meaning: 'Where `/metrics`, `/healthz`, `/readyz` and the status page are served.',
    }),
    username: optional('none', userName, {
      form: 'text without a colon',
      meaning: 'User name that the status page asks for, together with a password.',
    }),
    passwordFile: optional('none', text, {
      form: 'path of a file',
      meaning: 'File that holds the password; white space around it is ignored. Read again when it changes.',
    }),
    tokenFile: optional('none', text, {
      form: 'path of a file',
      meaning:
        'File that holds a bearer token, which opens the status page and its API too; white space around it is ignored. Read again when it changes.',
    }),
    password: gone('write the password to a file and name it in http.passwordFile'),
    token: gone('write the token to a file and name it in http.tokenFile'),
    protectMetrics: defaulted('false', boolean, {
      form: '`true` or `false`',
      meaning: 'Whether `/metrics` asks for the same password or token. `/healthz` and `/readyz` never do.',
    }),
  }),
  history: group({
    bootstrapFolder: retired('/etc/scaler/bootstrap'),
  }),
  planner: group({
    refresh: defaulted('15s', seconds({ min: 1, max: 600 }), {
      form: 'a duration of whole seconds from 1s to 10m',
      meaning:
        "How often the load of each trigger is observed and its answer renewed. 15 s is the HPA's own interval.",
    }),
    refit: defaulted('1h', seconds({ min: 60, max: 7 * 86_400 }), {
      form: 'a duration of whole seconds from 1m to 7d',
      meaning: 'How often each model is fitted again. In between each new step updates it.',
    }),
    maxStaleness: defaulted('30m', seconds({ min: 0, max: 86_400 }), {
      form: 'a duration of whole seconds up to 1d, of twice `planner.refresh` or more',
      meaning:
        'How old the newest data may be while a forecast continues without Prometheus. After that KEDA gets UNAVAILABLE, which its fallback counts.',
    }),
    maxTriggersPerNamespace: defaulted('2000', whole(1, 1_000_000), {
      form: 'a whole number from 1 to 1000000',
      meaning:
        'Triggers that one namespace may have at once, and 5,000 steps of history for each of them. More get FAILED_PRECONDITION until others of the namespace are dropped.',
    }),
    maxStepsPerNamespace: retired(
      '5,000 for each of planner.maxTriggersPerNamespace, and 10,000,000 at least',
    ),
    threads: optional('one less than the processors, from 1 to 4', whole(1, 64), {
      form: 'a whole number from 1 to 64',
      meaning: 'Worker threads that fit models.',
    }),
  }),
  replicas: group({
    address: optional('none: replicas start without the triggers of others', readWith(hostAndPort), {
      form: '`host:port`',
      meaning:
        'A name that resolves to every replica of the scaler, those that are not ready included, and their gRPC port: a headless Service with `publishNotReadyAddresses`. A replica that starts asks the others which triggers they have, and is ready when it has models for them.',
    }),
  }),
  log: group({
    level: defaulted('info', z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']), {
      form: '`trace`, `debug`, `info`, `warn`, `error` or `silent`',
      meaning: 'Lowest level that is logged.',
    }),
  }),
  sources: sourcesSchema.prefault({}),
  calendars: calendarsSchema.prefault({}),
});

/** Every setting's value, with defaults filled in. */
export type SettingValues = z.output<typeof settingsSchema>;

/** Whether a group holds structured data, which has no environment variables. */
export function isStructured(group: string): boolean {
  return group === 'sources' || group === 'calendars';
}

/** `group.name` of each setting that has an environment variable. */
export const settingPaths: readonly string[] = Object.entries(settingsSchema.shape).flatMap(
  ([name, group]) =>
    isStructured(name) ? [] : Object.keys(shapeOf(group)).map((setting) => `${name}.${setting}`),
);

/** Constants, as docs/configuration.md lists them. Durations are seconds. */
export const CONSTANTS = {
  /** gRPC connections at once. */
  grpcConnections: 1024,
  /** Steps of history of a namespace for each trigger that it may have: `historyTimeWindow` / `queryStep`, 4,032 by default. */
  stepsPerTrigger: 5000,
  /** Steps of history that a namespace may have however few triggers it may have. */
  stepsPerNamespace: 10_000_000,
  /** Folder of the CSV files that triggers name as `bootstrap`. Any trigger may name any of them. */
  bootstrapFolder: '/etc/scaler/bootstrap',
  /** How long the first call for a new trigger may wait for history, since KEDA's loop waits with it. */
  firstAnswerWaitSeconds: 2,
  /** A trigger that KEDA has not asked about for this long is dropped. */
  idleSeconds: 600,
  /** A fit that takes longer is given up; the model in use stays. */
  fitTimeoutSeconds: 60,
  /** Heap of one worker thread. */
  fitMebibytes: 256,
  /** A starting replica is ready after this long at the latest, whatever models are missing. */
  warmUpSeconds: 120,
  /** How long calls in flight may take to finish after SIGTERM. */
  drainSeconds: 10,
};

/**
 * Settings of still earlier versions that are constants now, and their values. A file with one is refused; a variable has
 * no effect, as that of any unknown name.
 */
export const EARLIER_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['grpc.maxMessageBytes', '131072'],
  ['grpc.maxStreams', '20000'],
  ['planner.firstAnswerWait', '2s'],
  ['planner.idle', '10m'],
  ['planner.fitTimeout', '1m'],
  ['planner.fitMemory', '256'],
  ['replicas.warmUp', '2m'],
  ['process.drain', '10s'],
  ['sources.addressLimits', 'the defaults of a named source'],
]);

/** Environment variables that are no settings of the file. */
export const environmentOnly = {
  SCALER_CONFIG_FILE: 'Path of the configuration file, if none is given on the command line.',
  SCALER_PROMETHEUS_ADDRESS:
    'Address of the default source, for a set-up that needs no file: it becomes the source `default`.',
  SCALER_ALLOWED_ADDRESSES:
    'The list `sources.allowedAddresses`, with commas between the addresses. Replaces the one in the file.',
} as const;

/**
 * The environment variable of a setting.
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

function listenAddress(value: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]*)):(\d{1,5})$/.exec(value);
  if (match === null) throw new ValidationError();
  const port = Number(match[3]);
  if (port > 65_535) throw new ValidationError(`port ${port} is above 65535`);
  return Object.freeze({ host: match[1] || match[2] || undefined, port });
}

function hostAndPort(value: string): { readonly host: string; readonly port: number } {
  const { host, port } = listenAddress(value);
  if (host === undefined) throw new ValidationError('the host is missing');
  return Object.freeze({ host, port });
}
