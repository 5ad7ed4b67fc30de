import { boolean, number, oneOf, type Read, Refusal, someOf, text, wholeSeconds } from '../shared/read.js';
import { show, showAddress } from '../shared/show.js';
import { address } from './address.js';
import { pairs, seasons, timezone } from './forms.js';
import { checkHeader, checkQueryParameter } from './headers.js';
import { safeMetricName } from './metric-name.js';

const DAY_SECONDS = 86_400;

/**
 * Bounds on what one trigger may ask for. They are wide for honest use and keep a hostile or mistaken trigger from
 * taking the memory and the processor that the others need.
 */
export const TRIGGER_LIMITS = {
  /** Keys in the metadata; KEDA adds fewer than ten of its own. */
  keys: 100,
  /** Characters in a key. */
  keyLength: 256,
  /** Characters in a value, the query included. */
  valueLength: 16_384,
  /** Shortest and longest step. A shorter one holds no more than one sample of most sources. */
  stepSeconds: { min: 5, max: DAY_SECONDS },
  /** Longest history: a quarter of a year. */
  historySeconds: 92 * DAY_SECONDS,
  /** Longest horizon. */
  horizonSeconds: 7 * DAY_SECONDS,
  /** Steps of history: a month of one-minute steps. */
  historySteps: 45_000,
  /** Fewest steps of history from which anything can be learned. */
  minHistorySteps: 12,
  /** Steps of the horizon: a week of five-minute steps. */
  horizonSteps: 2_016,
  /** Seasons that can be listed. */
  seasons: 4,
  /** Headers, and parameters, that a trigger can add to requests. */
  pairs: 32,
  /** Load per replica and bounds of the value: KEDA hands them to the HPA in thousandths, as an int64. */
  value: { smallest: 0.001, largest: 1e15 },
} as const;

/** One key of a trigger's metadata, as parsing and the reference page need it. */
export interface TriggerKey<T> {
  /** Other names of the key, from KEDA's triggers. */
  readonly aliases: readonly string[];
  /** What holds when the key is absent, read like a given value; or a word for it when there is no value to read. */
  readonly default: { readonly value: string } | { readonly absent: string } | 'required';
  /** Accepted form, as messages and the reference state it. */
  readonly form: string;
  readonly example: string;
  /** What the key is for, in one or two sentences. */
  readonly meaning: string;
  /** How a wrong value is repeated in a message. */
  readonly show: (value: string) => string;
  /** Whether the value is a secret, which never appears in a message. */
  readonly secret: boolean;
  readonly read: Read<T>;
}

type Description<T> = Pick<TriggerKey<T>, 'form' | 'example' | 'meaning' | 'read'> &
  Partial<Pick<TriggerKey<T>, 'aliases' | 'show' | 'secret'>>;

/** What a message says in place of a secret. */
export const hidden = (): string => 'a hidden value';

function key<T>(whenAbsent: TriggerKey<T>['default'], description: Description<T>): TriggerKey<T> {
  const { secret = false } = description;
  return { aliases: [], show: secret ? hidden : show, ...description, secret, default: whenAbsent };
}
const required = <T>(description: Description<T>) => key('required', description);
const defaulted = <T>(value: string, description: Description<T>) => key({ value }, description);
const optional = <T>(absent: string, description: Description<T>) =>
  key<T | undefined>({ absent }, description);

const { smallest, largest } = TRIGGER_LIMITS.value;

/**
 * Every key that a trigger's metadata may hold. Parsing reads this table, and a test holds docs/triggers.md to it.
 */
export const triggerKeys = {
  query: required({
    form: 'PromQL that gives one series',
    example: 'sum(rate(http_requests_total{service="checkout"}[2m]))',
    meaning: 'The load, in a unit that adds up over replicas.',
    read: text,
  }),
  threshold: required({
    form: 'a number from 0.001 to 1e15',
    example: '100',
    meaning: "Load that one replica carries, in the query's unit.",
    read: number({ min: smallest, max: largest }),
  }),
  activationThreshold: defaulted('0', {
    form: 'a number from -1e15 to 1e15',
    example: '5',
    meaning:
      'The workload is active, which means woken from zero, when the load, as observed or as forecast, is strictly above this. `minValue` and `maxValue` have no part in it.',
    read: number({ min: -largest, max: largest }),
  }),
  predictHorizon: defaulted('15m', {
    aliases: ['predictionHorizon'],
    form: 'a duration from one queryStep to 7d',
    example: '15m',
    meaning:
      'How far ahead capacity must be ready: at least the start-up time of a pod. Rounded up to whole steps; the default is one step when that is longer.',
    read: wholeSeconds({ min: 1, max: TRIGGER_LIMITS.horizonSeconds }),
  }),
  historyTimeWindow: defaulted('14d', {
    form: 'a duration up to 92d, of 12 steps or more and of two horizons and two steps or more',
    example: '14d',
    meaning:
      'History to learn from. Two weeks hold a weekly rhythm twice; a week holds no weekly rhythm that can be learned. Rounded up to whole steps.',
    read: wholeSeconds({ min: 1, max: TRIGGER_LIMITS.historySeconds }),
  }),
  queryStep: defaulted('5m', {
    form: 'a duration of whole seconds from 5s to 1d, such as 5m',
    example: '5m',
    meaning:
      'Grid of the series: one mean and one maximum for each step. A step that divides a day lets seasons fit exactly.',
    read: wholeSeconds(TRIGGER_LIMITS.stepSeconds),
  }),
  quantile: defaulted('0.9', {
    form: 'a number between 0 and 1',
    example: '0.95',
    meaning: 'Safety: share of the peaks over the horizon that should stay at or below the answered value.',
    read: number({ min: 0, max: 1, open: true }),
  }),
  mode: defaulted('predict', {
    form: '`predict` or `observe`',
    example: 'observe',
    meaning:
      '`observe` is a dry run: the forecast is made, exported and charted, and the observed value is answered.',
    read: oneOf(['predict', 'observe']),
  }),
  seasonality: defaulted('auto', {
    form: `\`auto\`, \`none\`, or up to 4 durations with commas, each a multiple of the step and at most half the history`,
    example: '1d,7d',
    meaning: 'Lengths of the rhythms in the load. `auto` finds them in the data.',
    read: seasons(TRIGGER_LIMITS.seasons),
  }),
  timezone: defaulted('UTC', {
    form: 'a time zone name of the IANA database',
    example: 'Europe/Berlin',
    meaning: 'Wall clock that the seasons follow across daylight-saving changes.',
    read: timezone,
  }),
  minValue: optional('no lower bound', {
    form: 'a number from 0 to 1e15',
    example: '200',
    meaning: 'The answered value is never below this.',
    read: number({ min: 0, max: largest }),
  }),
  maxValue: optional('no upper bound', {
    form: 'a number from 0 to 1e15, not below minValue',
    example: '5000',
    meaning: 'The answered value is never above this, so that one wild sample cannot run to the maximum.',
    read: number({ min: 0, max: largest }),
  }),
  metricName: optional('derived from the other keys', {
    form: 'a name with a letter or digit in it',
    example: 'checkout-requests',
    meaning: 'Name of the metric that KEDA and the HPA see. Made lower case and DNS-safe where it is not.',
    read: metricName,
  }),
  ignoreNullValues: defaulted('true', {
    form: '`true` or `false`',
    example: 'false',
    meaning:
      "Whether an empty result of the query reads as 0; `false` makes it an error, for KEDA's fallback.",
    read: boolean,
  }),
  bootstrap: optional('none', {
    form: 'a name of letters, digits, `.`, `_` and `-`',
    example: 'checkout',
    meaning:
      "Name of a CSV file that the operator put beside the scaler, with the load from before Prometheus knew it. It stands in for what `historyTimeWindow` has before Prometheus' first sample.",
    read: fileName,
  }),
  source: optional("the scaler's default source", {
    form: "the name of a source in the scaler's configuration",
    example: 'central',
    meaning: 'Where the history comes from, with the address and credentials that the operator configured.',
    read: text,
  }),
  prometheusAddress: optional("the scaler's default source", {
    aliases: ['serverAddress'],
    form: "http:// or https:// with a host, and a path where the API is not at the root; on the scaler's allow-list",
    example: 'http://prometheus.monitoring:9090',
    meaning: 'Where the history comes from, when no named source is used.',
    show: showAddress,
    read: address,
  }),
  customHeaders: optional('none', {
    form: '`name=value` pairs with commas between them, for headers that do not belong to the connection',
    example: 'X-Scope-OrgID=shop',
    meaning: 'Headers for requests to `prometheusAddress`.',
    secret: true,
    read: pairs(checkHeader, TRIGGER_LIMITS.pairs),
  }),
  cortexOrgID: optional('none', {
    aliases: ['cortexOrgId'],
    form: 'a tenant name',
    example: 'shop',
    meaning:
      "Tenant in the `X-Scope-OrgID` header of requests to `prometheusAddress`; KEDA's older spelling.",
    read: (value) => {
      checkHeader('X-Scope-OrgID', value);
      return value;
    },
  }),
  queryParameters: optional('none', {
    form: '`name=value` pairs with commas between them, except those that the scaler sets itself',
    example: 'dedup=true',
    meaning: 'Parameters for requests to `prometheusAddress`.',
    secret: true,
    read: pairs(checkQueryParameter, TRIGGER_LIMITS.pairs),
  }),
  namespace: optional('none', {
    form: 'text',
    example: 'shop',
    meaning: 'Sent as the parameter `namespace`, for Thanos set-ups that ask for it.',
    read: text,
  }),
  authModes: optional('none', {
    form: '`basic`, `bearer` or `custom`, or several with commas between them',
    example: 'bearer',
    meaning:
      'How to authenticate at `prometheusAddress`, with the keys that follow. `tls`, `oauth` and `apiKey` need a named source.',
    read: someOf(['basic', 'bearer', 'custom', 'tls', 'oauth', 'apiKey']),
  }),
  bearerToken: optional('none', {
    form: 'a token',
    example: 'bearerTokenFromEnv: PROMETHEUS_TOKEN',
    meaning: 'Token for `authModes: bearer`.',
    secret: true,
    read: headerText,
  }),
  username: optional('none', {
    form: 'a user name without a colon',
    example: 'usernameFromEnv: PROMETHEUS_USER',
    meaning: 'User name for `authModes: basic`.',
    secret: true,
    read: userName,
  }),
  password: optional('empty', {
    form: 'a password',
    example: 'passwordFromEnv: PROMETHEUS_PASSWORD',
    meaning: 'Password for `authModes: basic`.',
    secret: true,
    read: text,
  }),
  customAuthHeader: optional('none', {
    form: 'a header name',
    example: 'X-Auth-Token',
    meaning: 'Header for `authModes: custom`.',
    read: (value) => {
      checkHeader(value, '');
      return value;
    },
  }),
  customAuthValue: optional('none', {
    form: 'a header value',
    example: 'customAuthValueFromEnv: PROMETHEUS_AUTH',
    meaning: 'Value of that header.',
    secret: true,
    read: headerText,
  }),
} as const satisfies Record<string, TriggerKey<unknown>>;

/** Name of a key. */
export type TriggerKeyName = keyof typeof triggerKeys;

/** Every key's value, after reading and with defaults filled in. */
export type TriggerValues = {
  readonly [Name in TriggerKeyName]: (typeof triggerKeys)[Name] extends TriggerKey<infer T> ? T : never;
};

/**
 * Keys that KEDA itself reads from an external trigger's metadata and passes on with the rest.
 *
 * @see https://github.com/kedacore/keda/blob/main/pkg/scalers/external_scaler.go (externalScalerMetadata)
 */
export const kedaKeys: ReadonlySet<string> = new Set([
  'scalerAddress',
  'enableTLS',
  'unsafeSsl',
  'caCert',
  'tlsCertFile',
  'tlsClientCert',
  'tlsClientKey',
]);

/** Keys of other triggers that are accepted and have no effect here, with what to tell the user. */
export const keysWithoutEffect: Readonly<Record<string, string>> = {
  apiKey: 'it belongs to the PredictKube service, which is not used',
  predictKubeSite: 'it belongs to the PredictKube service, which is not used',
  metricType: 'it stands beside "metadata" in a trigger, not inside',
  useCachedMetrics: 'it stands beside "metadata" in a trigger, not inside',
  timeout: "a source's time limit is set in the scaler's configuration",
  awsRegion: "a source's authentication is set in the scaler's configuration",
  identityOwner: "a source's authentication is set in the scaler's configuration",
  ca: "a source's certificates are set in the scaler's configuration",
  cert: "a source's certificates are set in the scaler's configuration",
  key: "a source's certificates are set in the scaler's configuration",
};

/** Without a slash, and no dot in front: a trigger must not reach files elsewhere. */
function fileName(value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(value)) throw new Refusal();
  return value;
}

function headerText(value: string): string {
  checkHeader('Authorization', value);
  return value;
}

function metricName(value: string): string {
  const name = safeMetricName(value);
  if (name === undefined) throw new Refusal();
  return name;
}

function userName(value: string): string {
  if (value.includes(':')) throw new Refusal('it has a colon, which basic authentication cannot carry');
  return value;
}
