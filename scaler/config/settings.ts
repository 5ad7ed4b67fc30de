import { availableParallelism } from 'node:os';
import { boolean, number, oneOf, type Read, Refusal, text, wholeSeconds } from '../shared/read.js';
import { show } from '../shared/show.js';
import { USUAL_SCALER_ADDRESS } from '../trigger/trigger.js';

/** One setting, as loading and the reference page need it. */
export interface Setting<T> {
  /** Value when none is given, read like a given one; or a word for it when there is nothing to read. */
  readonly default: { readonly value: string } | { readonly absent: string };
  /** Accepted form, with the unit. */
  readonly form: string;
  readonly meaning: string;
  /** Whether the value is a secret, which never appears in a message. */
  readonly secret: boolean;
  readonly read: Read<T>;
}

type Description<T> = Pick<Setting<T>, 'form' | 'meaning' | 'read'> & { readonly secret?: true };

function defaulted<T>(value: string, description: Description<T>): Setting<T> {
  return { secret: false, ...description, default: { value } };
}
function optional<T>(absent: string, description: Description<T>): Setting<T | undefined> {
  return { secret: false, ...description, default: { absent } };
}

/**
 * Every setting by its path in the configuration file, `group.name`. Its environment variable follows from the path
 * (see `environmentName`). Loading reads this table, and a test holds docs/configuration.md to it.
 */
export const settings = {
  'grpc.address': defaulted('0.0.0.0:50051', {
    form: '`host:port`, `[v6]:port` or `:port` for every interface',
    meaning: 'Where KEDA reaches the scaler.',
    read: listenAddress,
  }),
  'grpc.advertisedAddress': defaulted(USUAL_SCALER_ADDRESS, {
    form: '`host:port`',
    meaning:
      'The address as KEDA knows it: the Service with its namespace, and its port. The status page and `backtest` write it into the manifests that they offer.',
    read: text,
  }),
  'grpc.certFile': optional('none: plaintext', {
    form: 'path of a PEM file',
    meaning: "The server's certificate with its chain. Read again when it changes.",
    read: text,
  }),
  'grpc.keyFile': optional('none', {
    form: 'path of a PEM file',
    meaning: "The certificate's key. Read again when it changes.",
    read: text,
  }),
  'grpc.clientCaFile': optional('none: callers need no certificate', {
    form: 'path of a PEM file',
    meaning: "Authority that callers' certificates must come from (mutual TLS). Read again when it changes.",
    read: text,
  }),
  'grpc.maxMessageBytes': defaulted('131072', {
    form: 'whole bytes from 4096 to 4194304',
    meaning: 'Largest request; larger ones are refused with RESOURCE_EXHAUSTED.',
    read: whole(4096, 4_194_304),
  }),
  'grpc.maxConnections': defaulted('1024', {
    form: 'a whole number from 1 to 65536',
    meaning:
      'Connections at once. Each KEDA operator and metrics server holds one. At the bound the one that has sent least is closed for a new one.',
    read: whole(1, 65_536),
  }),
  'grpc.maxStreams': defaulted('20000', {
    form: 'a whole number from 1 to 1000000',
    meaning: 'Push streams at once; more are refused with RESOURCE_EXHAUSTED.',
    read: whole(1, 1_000_000),
  }),
  'http.address': defaulted('0.0.0.0:8080', {
    form: '`host:port`, `[v6]:port` or `:port` for every interface',
    meaning: 'Where `/metrics`, `/healthz`, `/readyz` and the status page are served.',
    read: listenAddress,
  }),
  'http.username': optional('none', {
    form: 'text without a colon',
    meaning: 'User name that the status page asks for, together with a password.',
    read: userName,
  }),
  'http.password': optional('none', {
    form: 'text',
    meaning: 'Password that the status page asks for. Prefer `http.passwordFile`.',
    secret: true,
    read: text,
  }),
  'http.passwordFile': optional('none', {
    form: 'path of a file',
    meaning:
      'File that holds the password; white space around it does not count. Read again when it changes.',
    read: text,
  }),
  'http.token': optional('none', {
    form: 'text',
    meaning: 'Bearer token that opens the status page and its API too. Prefer `http.tokenFile`.',
    secret: true,
    read: text,
  }),
  'http.tokenFile': optional('none', {
    form: 'path of a file',
    meaning: 'File that holds the token; white space around it does not count. Read again when it changes.',
    read: text,
  }),
  'http.protectMetrics': defaulted('false', {
    form: '`true` or `false`',
    meaning: 'Whether `/metrics` asks for the same password or token. `/healthz` and `/readyz` never do.',
    read: boolean,
  }),
  'history.bootstrapFolder': defaulted('/etc/scaler/bootstrap', {
    form: 'path of a folder',
    meaning: 'Folder of the CSV files that triggers name as `bootstrap`. Any trigger may name any of them.',
    read: text,
  }),
  'planner.refresh': defaulted('15s', {
    form: 'a duration of whole seconds from 1s to 10m',
    meaning:
      "How often the load of each trigger is observed and its answer renewed. 15 s is the HPA's own interval.",
    read: wholeSeconds({ min: 1, max: 600 }),
  }),
  'planner.refit': defaulted('1h', {
    form: 'a duration of whole seconds from 1m to 7d',
    meaning: 'How often each model is fitted anew. In between it is carried on by each new step.',
    read: wholeSeconds({ min: 60, max: 7 * 86_400 }),
  }),
  'planner.maxStaleness': defaulted('30m', {
    form: 'a duration of whole seconds up to 1d, of twice `planner.refresh` or more',
    meaning:
      'How old the newest data may be while a forecast goes on without Prometheus. Beyond that KEDA gets UNAVAILABLE, and its fallback counts.',
    read: wholeSeconds({ min: 0, max: 86_400 }),
  }),
  'planner.firstAnswerWait': defaulted('2s', {
    form: 'a duration of whole seconds from 0s to 30s',
    meaning: "How long the first call for a new trigger may wait for history. KEDA's loop waits with it.",
    read: wholeSeconds({ min: 0, max: 30 }),
  }),
  'planner.idle': defaulted('10m', {
    form: 'a duration of whole seconds from 1m to 7d',
    meaning: 'A trigger that nobody has asked about for so long is dropped.',
    read: wholeSeconds({ min: 60, max: 7 * 86_400 }),
  }),
  'planner.maxTriggersPerNamespace': defaulted('2000', {
    form: 'a whole number from 1 to 1000000',
    meaning:
      'Triggers that one namespace may have at once. More get FAILED_PRECONDITION until others of the namespace are dropped.',
    read: whole(1, 1_000_000),
  }),
  'planner.maxStepsPerNamespace': defaulted('10000000', {
    form: 'a whole number from 1000 to 10000000000',
    meaning:
      'Steps of history that the triggers of one namespace may have together: `historyTimeWindow` divided by `queryStep`, which is 4,032 where neither is set. Memory and fits go with them. More triggers get FAILED_PRECONDITION until others of the namespace are dropped.',
    read: whole(1000, 10_000_000_000),
  }),
  'planner.threads': optional('one less than the processors, from 1 to 4', {
    form: 'a whole number from 1 to 64',
    meaning: 'Worker threads that fit models.',
    read: whole(1, 64),
  }),
  'planner.fitTimeout': defaulted('1m', {
    form: 'a duration of whole seconds from 1s to 1h',
    meaning: 'Longest time that one fit may take before it is given up; the model in use stays.',
    read: wholeSeconds({ min: 1, max: 3600 }),
  }),
  'planner.fitMemory': defaulted('256', {
    form: 'whole MiB from 32 to 8192',
    meaning: 'Heap of one worker thread.',
    read: whole(32, 8192),
  }),
  'replicas.address': optional('none: replicas start without the triggers of others', {
    form: '`host:port`',
    meaning:
      'A name that resolves to every replica of the scaler, those that are not ready included, and their gRPC port: a headless Service with `publishNotReadyAddresses`. A replica that starts asks the others which triggers they have, and is ready when it has models for them.',
    read: replicasAddress,
  }),
  'replicas.warmUp': defaulted('2m', {
    form: 'a duration of whole seconds from 0s to 10m',
    meaning: 'A replica that starts is ready after so long at the latest, whatever models are missing.',
    read: wholeSeconds({ min: 0, max: 600 }),
  }),
  'log.level': defaulted('info', {
    form: '`trace`, `debug`, `info`, `warn`, `error` or `silent`',
    meaning: 'Least weighty kind of line that is logged.',
    read: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  }),
  'process.drain': defaulted('10s', {
    form: 'a duration of whole seconds from 0s to 5m',
    meaning: 'How long calls in flight may take to finish after SIGTERM.',
    read: wholeSeconds({ min: 0, max: 300 }),
  }),
} as const satisfies Record<string, Setting<unknown>>;

/** Path of a setting. */
export type SettingPath = keyof typeof settings;

/** Every setting's value, with defaults filled in. */
export type SettingValues = {
  readonly [Path in SettingPath]: (typeof settings)[Path] extends Setting<infer T> ? T : never;
};

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
  if (match === null) throw new Refusal();
  const port = Number(match[3]);
  if (port > 65_535) throw new Refusal(`port ${port} is above 65535`);
  return Object.freeze({ host: match[1] || match[2] || undefined, port, text: value });
}

function replicasAddress(value: string): { readonly host: string; readonly port: number } {
  const { host, port } = listenAddress(value);
  if (host === undefined) throw new Refusal('the host is missing');
  return Object.freeze({ host, port });
}

function userName(value: string): string {
  if (value.includes(':')) throw new Refusal(`${show(value)} cannot be sent in basic authentication`);
  return value;
}

function whole(min: number, max: number): Read<number> {
  const read = number({ min, max });
  return (value) => {
    const amount = read(value);
    if (!Number.isInteger(amount)) throw new Refusal('it is not whole');
    return amount;
  };
}
