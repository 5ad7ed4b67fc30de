import { z } from 'zod';
import { EFFECT_FORM } from '../calendar/effects.js';
import { EVENT_FORM, INTERVAL_FORM, readEvents } from '../calendar/event-text.js';
import {
  boolean,
  checked,
  defaulted,
  number,
  optional,
  readWith,
  required,
  seconds,
  someOf,
  text,
  userName,
  ValidationError,
} from '../shared/fields.js';
import {
  address,
  autoOrSeconds,
  checkHeader,
  checkQueryParameter,
  names,
  pairs,
  percentage,
  seasons,
  timezone,
} from './forms.js';
import { safeMetricName } from './metric-name.js';

const DAY_SECONDS = 86_400;

/** `predictHorizon` where it is not given, and while it depends on a start-up time that is not known yet. */
export const DEFAULT_HORIZON = '15m';

/** Limits for one trigger: wide for honest use, but a hostile or wrong trigger cannot use up memory and CPU time. */
export const TRIGGER_LIMITS = {
  /** Keys in the metadata; KEDA adds fewer than ten. */
  keys: 100,
  /** Characters in a key. */
  keyLength: 256,
  /** Characters in a value, the query included. */
  valueLength: 16_384,
  /** A shorter step would hold at most one sample of most sources. */
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
  /** Calendars that a trigger can name. */
  calendars: 16,
  /** Headers, and parameters, that a trigger can add to requests. */
  pairs: 32,
  /** Largest share of time in overload: beyond it ways of scaling hardly differ. */
  targetOverload: 0.2,
  /** KEDA passes values to the HPA in thousandths, as an int64. */
  value: { smallest: 0.001, largest: 1e15 },
} as const;

const { smallest, largest } = TRIGGER_LIMITS.value;

const headerText = checked((value) => checkHeader('Authorization', value));

/** Without a slash, and without a dot in front: a trigger must not reach other files. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);

/** Every key of a trigger's metadata, in the groups of docs/triggers.md, which `make docs` writes from it. */
export const keyGroups = {
  /** For most triggers. */
  everyday: {
    query: required(text, {
      form: 'PromQL that gives one series',
      example: 'sum(rate(http_requests_total{service="checkout"}[2m]))',
      meaning: 'The load, in a unit that adds up over replicas.',
    }),
    threshold: required(number({ min: smallest, max: largest }), {
      form: 'a number from 0.001 to 1e15',
      example: '100',
      meaning: "Load that one replica carries, in the query's unit.",
    }),
    activationThreshold: defaulted('0', number({ min: -largest, max: largest }), {
      form: 'a number from -1e15 to 1e15',
      example: '5',
      meaning:
        'The workload is active, which means woken from zero, when the observed or the forecast load is strictly above this. `minValue` and `maxValue` do not change that.',
    }),
    prometheusAddress: optional("the scaler's default source", readWith(address), {
      form: "http:// or https:// with a host, and a path where the API is not at the root; on the scaler's allow-list",
      example: 'http://prometheus.monitoring:9090',
      meaning: 'Where the history comes from, when no named source is used.',
    }),
    source: optional("the scaler's default source", text, {
      form: "the name of a source in the scaler's configuration",
      example: 'central',
      meaning: 'Where the history comes from, with the address and credentials that the operator configured.',
    }),
    targetOverload: optional(
      'none: `quantile` decides',
      readWith(percentage(TRIGGER_LIMITS.targetOverload)),
      {
        form: 'a percentage with its sign, above 0% and at most 20%',
        example: '1%',
        meaning:
          "Overload that is accepted: share of time in which the load may be above what the ready pods carry. The scaler then chooses the quantile, and how much headroom the answer has, each day from the trigger's own past, so that the fewest pods keep this target.",
      },
    ),
    capacity: optional('`threshold`', number({ min: smallest, max: largest }), {
      form: 'a number from 0.001 to 1e15, not below threshold',
      example: '140',
      meaning:
        "Load that one ready replica carries at most, in the query's unit: beyond it the replica is overloaded. For `targetOverload`.",
    }),
    predictHorizon: defaulted(
      DEFAULT_HORIZON,
      readWith(autoOrSeconds({ min: 1, max: TRIGGER_LIMITS.horizonSeconds })),
      {
        form: 'a duration from one queryStep to 7d, or `auto`',
        example: '15m',
        meaning:
          'How far ahead capacity must be ready: at least the start-up time of a pod. Rounded up to whole steps; the default is one step when that is longer. `auto` is `podStartup`, measured unless given, and the 45 s that KEDA and the HPA take.',
      },
    ),
    podStartup: optional(
      'the horizon',
      readWith(autoOrSeconds({ min: 1, max: TRIGGER_LIMITS.horizonSeconds })),
      {
        form: 'a duration up to predictHorizon, or `auto`',
        example: '90s',
        meaning:
          'How long a new pod needs until it is ready, for `targetOverload` and `predictHorizon: auto`. `auto` measures it once a day, where kube-state-metrics is in the source.',
      },
    ),
    historyTimeWindow: defaulted('14d', seconds({ min: 1, max: TRIGGER_LIMITS.historySeconds }), {
      form: 'a duration up to 92d, of 12 steps or more and of two horizons and two steps or more',
      example: '14d',
      meaning:
        'History to learn from. Two weeks hold a weekly rhythm twice; a week holds no weekly rhythm that can be learned. Rounded up to whole steps.',
    }),
    queryStep: defaulted('5m', seconds(TRIGGER_LIMITS.stepSeconds), {
      form: 'a duration of whole seconds from 5s to 1d',
      example: '5m',
      meaning:
        'Grid of the series: one mean and one maximum for each step. A step that divides a day lets seasons fit exactly.',
    }),
    quantile: defaulted('0.9', number({ min: 0, max: 1, open: true }), {
      form: 'a number between 0 and 1',
      example: '0.95',
      meaning: 'Safety: share of the peaks over the horizon that should stay at or below the answered value.',
    }),
    mode: defaulted('predict', z.enum(['predict', 'observe']), {
      form: '`predict` or `observe`',
      example: 'observe',
      meaning:
        '`observe` is a dry run: the forecast is made, exported and charted, and the observed value is answered.',
    }),
  },
  /** For a few. */
  rare: {
    seasonality: defaulted('auto', readWith(seasons(TRIGGER_LIMITS.seasons)), {
      form: `\`auto\`, \`none\`, or up to 4 durations with commas, each a multiple of the step and at most half the history`,
      example: '1d,7d',
      meaning: 'Lengths of the rhythms in the load. `auto` finds them in the data.',
    }),
    timezone: defaulted('UTC', readWith(timezone), {
      form: 'a time zone name of the IANA database',
      example: 'Europe/Berlin',
      meaning: 'Wall clock that the seasons follow across daylight-saving changes.',
    }),
    calendars: optional('none', readWith(names(TRIGGER_LIMITS.calendars)), {
      form: "names of calendars in the scaler's configuration, with commas between them",
      example: 'de-holidays,launches',
      meaning:
        'Calendars whose days are not like the others: holidays, launches, incidents. See [calendars](calendars.md).',
    }),
    events: optional('none', readWith(readEvents), {
      form: `${EVENT_FORM}, with ; between several; the time is ${INTERVAL_FORM}; each effect is one of ${EFFECT_FORM}`,
      example: 'Black Friday: 2026-11-27/P1D x3',
      meaning: 'Known events of this trigger alone, in its `timezone`. See [calendars](calendars.md).',
    }),
    minValue: optional('no lower bound', number({ min: 0, max: largest }), {
      form: 'a number from 0 to 1e15',
      example: '200',
      meaning: 'The answered value is never below this.',
    }),
    maxValue: optional('no upper bound', number({ min: 0, max: largest }), {
      form: 'a number from 0 to 1e15, not below minValue',
      example: '5000',
      meaning: 'The answered value is never above this, so that one wild sample cannot run to the maximum.',
    }),
    metricName: optional('derived from the other keys', readWith(metricName), {
      form: 'a name with a letter or digit in it',
      example: 'checkout-requests',
      meaning: 'Name of the metric that KEDA and the HPA see. Made lower case and DNS-safe where it is not.',
    }),
    ignoreNullValues: defaulted('true', boolean, {
      form: '`true` or `false`',
      example: 'false',
      meaning:
        "Whether an empty result of the query, or NaN or infinity, reads as 0; `false` makes it an error, for KEDA's fallback.",
    }),
    bootstrap: optional('none', fileName, {
      form: 'a name of letters, digits, `.`, `_` and `-`',
      example: 'checkout',
      meaning:
        "Name of a CSV file that the operator mounted, with the load from before Prometheus recorded it. It fills the part of `historyTimeWindow` before Prometheus' first sample.",
    }),
  },
  /** For requests to an address of their own. */
  requests: {
    customHeaders: optional('none', readWith(pairs(checkHeader, TRIGGER_LIMITS.pairs)), {
      form: '`name=value` pairs with commas between them, for headers that do not belong to the connection',
      example: 'X-Scope-OrgID=shop',
      meaning: 'Headers for requests to `prometheusAddress`.',
      secret: true,
    }),
    cortexOrgID: optional(
      'none',
      checked((value) => checkHeader('X-Scope-OrgID', value)),
      {
        form: 'the name of a Mimir or Cortex tenant',
        example: 'shop',
        meaning:
          "Tenant in the `X-Scope-OrgID` header of requests to `prometheusAddress`; KEDA's older spelling.",
      },
    ),
    queryParameters: optional('none', readWith(pairs(checkQueryParameter, TRIGGER_LIMITS.pairs)), {
      form: '`name=value` pairs with commas between them, except those that the scaler sets itself',
      example: 'dedup=true',
      meaning: 'Parameters for requests to `prometheusAddress`.',
      secret: true,
    }),
    namespace: optional('none', text, {
      form: 'text',
      example: 'shop',
      meaning: 'Sent as the parameter `namespace`, for Thanos set-ups that ask for it.',
    }),
    authModes: optional('none', someOf(['basic', 'bearer', 'custom', 'tls', 'oauth', 'apiKey']), {
      form: '`basic`, `bearer` or `custom`, or several with commas between them',
      example: 'bearer',
      meaning:
        'How to authenticate at `prometheusAddress`, with the keys that follow. `tls`, `oauth` and `apiKey` need a named source.',
    }),
    bearerToken: optional('none', headerText, {
      form: 'a token',
      example: 'bearerTokenFromEnv: PROMETHEUS_TOKEN',
      meaning: 'Token for `authModes: bearer`.',
      secret: true,
    }),
    username: optional('none', userName, {
      form: 'a user name without a colon',
      example: 'usernameFromEnv: PROMETHEUS_USER',
      meaning: 'User name for `authModes: basic`.',
      secret: true,
    }),
    password: optional('empty', text, {
      form: 'a password',
      example: 'passwordFromEnv: PROMETHEUS_PASSWORD',
      meaning: 'Password for `authModes: basic`.',
      secret: true,
    }),
    customAuthHeader: optional(
      'none',
      checked((value) => checkHeader(value, '')),
      {
        form: 'a header name',
        example: 'X-Auth-Token',
        meaning: 'Header for `authModes: custom`.',
      },
    ),
    customAuthValue: optional('none', headerText, {
      form: 'a header value',
      example: 'customAuthValueFromEnv: PROMETHEUS_AUTH',
      meaning: 'Value of that header.',
      secret: true,
    }),
  },
};

/** All keys without the groups. */
export const triggerKeys = { ...keyGroups.everyday, ...keyGroups.rare, ...keyGroups.requests };

/** Schema of the metadata: a text for each key. */
export const triggerSchema = z.object(triggerKeys);

/** Name of a key. */
export type TriggerKeyName = keyof typeof triggerKeys;

/** Other names of keys, from KEDA's triggers. */
export const aliases: Readonly<Record<string, TriggerKeyName>> = {
  predictionHorizon: 'predictHorizon',
  serverAddress: 'prometheusAddress',
  cortexOrgId: 'cortexOrgID',
};

/** Every key's value, with defaults filled in. */
export type TriggerValues = z.output<typeof triggerSchema>;

/** Is told of problems with the metadata of a trigger. */
export interface Report {
  /** For a wrong key, so that the trigger is refused. */
  readonly complain: (key: string, what: string) => void;
  /** For what is accepted but the user should know. */
  readonly notice: (text: string) => void;
}

/**
 * Keys that KEDA itself reads from the metadata of an external trigger, and passes on.
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

/** Keys of other triggers that have no effect here, with the reason for the user. */
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

function metricName(value: string): string {
  const name = safeMetricName(value);
  if (name === undefined) throw new ValidationError();
  return name;
}
