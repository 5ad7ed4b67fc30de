import type { TimedEvent } from '../calendar/types.js';
import { formatDuration } from '../shared/duration.js';
import { invalid, ScalerError } from '../shared/errors.js';
import { explain, HIDDEN_VALUE, Problems } from '../shared/problems.js';
import { show } from '../shared/show.js';
import { didYouMean, suggest } from '../shared/suggest.js';
import { settleGrid } from './grid.js';
import {
  aliases,
  kedaKeys,
  keysWithoutEffect,
  type Report,
  TRIGGER_LIMITS,
  type TriggerKeyName,
  type TriggerValues,
  triggerKeys,
  triggerSchema,
} from './keys.js';
import { derivedMetricName } from './metric-name.js';
import { settleOverload } from './overload.js';
import { type TriggerContext, triggerSource } from './source.js';
import type { Trigger } from './trigger.js';

/** A ScaledObjectRef as KEDA sends it with each call. */
export interface ScaledObjectRef {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}

/** Suffix of a key whose value KEDA took from an environment variable of the workload. */
const FROM_ENV = 'FromEnv';

/** A key as the metadata gave it. */
interface Given {
  /** The key in the metadata, for messages. */
  readonly spelling: string;
  /** Trimmed; never empty. */
  readonly value: string;
  /** Whether it came through `…FromEnv`: then it may be secret, whatever the key. */
  readonly fromEnvironment: boolean;
}

/** Given keys by their proper names. */
type GivenKeys = ReadonlyMap<TriggerKeyName, Given>;

const spellings: ReadonlyMap<string, TriggerKeyName> = new Map([
  ...(Object.keys(triggerKeys) as TriggerKeyName[]).map((name) => [name, name] as const),
  ...Object.entries(aliases),
]);

const credentialKeys: ReadonlySet<TriggerKeyName> = new Set(['bearerToken', 'password', 'customAuthValue']);

/**
 * Checks the metadata of a trigger.
 *
 * Unknown keys only cause notices: KEDA adds keys, and a manifest for KEDA's `predictkube` or `prometheus` trigger
 * works unchanged. A key with the suffix `FromEnv` counts as the key without it, since KEDA resolves the variable and
 * keeps the suffix.
 *
 * @returns a frozen trigger, with notices for the user
 * @throws ScalerError `invalid` with at most five wrong keys, the values received, the accepted forms and the
 *   ScaledObject; secret values and values from the environment are never repeated
 */
export function parseTrigger(ref: ScaledObjectRef, context: TriggerContext = {}): Trigger {
  const owner = checkedOwner(ref);
  const subject = `trigger metadata of ScaledObject ${owner}`;
  const problems = new Problems();
  const notices: string[] = [];
  const report: Report = {
    complain: (key, what) => problems.add(`key "${key}" ${what}`),
    notice: (text) => notices.push(text),
  };
  const { complain, notice } = report;
  const tooMuch = oversize(ref.scalerMetadata);
  if (tooMuch !== undefined) throw invalid(`${subject}: ${tooMuch}`);
  const { given, unknown } = collectKeys(ref.scalerMetadata, report);
  /** Refuses a value, which is not repeated where it came from the environment. */
  const refuse = (name: TriggerKeyName, what: string, ofHidden: string): void => {
    const { spelling = name, fromEnvironment = false } = given.get(name) ?? {};
    const received = `received ${HIDDEN_VALUE} from the environment, which ${ofHidden}`;
    complain(spelling, fromEnvironment ? received : what);
  };
  const values = readValues(given, unknown, report);
  // The checks across keys need values that are right.
  problems.throwIfAny(subject);

  const grid = settleGrid(values, given, report);
  const overload = settleOverload(values, given, grid, report);
  if (values.minValue !== undefined && values.maxValue !== undefined && values.minValue > values.maxValue)
    complain('minValue', `is ${values.minValue}, above the maxValue of ${values.maxValue}`);
  if (values.maxValue !== undefined && values.maxValue <= values.threshold)
    notice(
      `key "maxValue" is ${values.maxValue}, and one replica carries ${values.threshold}: no second replica is ever asked for; a maxValue above the threshold would`,
    );
  if (values.source !== undefined && context.named && !Object.hasOwn(context.named, values.source))
    refuse(
      'source',
      `received ${show(values.source)}, which is no source of the scaler's configuration${didYouMean(values.source, Object.keys(context.named))}`,
      "is no source of the scaler's configuration",
    );
  for (const name of values.calendars ?? [])
    if (context.calendars && !context.calendars.includes(name))
      refuse(
        'calendars',
        unknownCalendar(name, context.calendars),
        "names no calendar of the scaler's configuration",
      );
  const leavesNothing = ({ start, end, effects }: TimedEvent): boolean =>
    !effects.learn && end.seconds + (end.plusSeconds ?? 0) - start.seconds >= grid.historySeconds;
  if (values.events?.some(leavesNothing))
    notice(
      `key "events" has an event that is not learned from and is as long as "historyTimeWindow" (${formatDuration(grid.historySeconds)}) or longer: towards its end there is no model and the load now is answered; lengthen "historyTimeWindow", or give the event learn and no factor`,
    );
  const source = triggerSource(values, context, report);
  const openTo = source?.kind === 'named' ? context.named?.[source.name]?.namespaces : undefined;
  if (source?.kind === 'named' && openTo?.includes(ref.namespace) === false)
    complain(
      'source',
      `means the source "${source.name}", which is not open to namespace "${ref.namespace}"; use another, or ask the operator to add the namespace`,
    );
  if (source?.kind === 'address') {
    const problem = refusedAddress(source.address, context);
    if (problem !== undefined)
      refuse(
        'prometheusAddress',
        `cannot be used: ${problem}${context.default === undefined ? '' : "; without the key the scaler's default source is used"}`,
        'is not on the list of addresses that triggers may use',
      );
  }
  if (source?.kind === 'address' && source.address.startsWith('https:') && ref.scalerMetadata.unsafeSsl)
    notice(
      'key "unsafeSsl" is about KEDA\'s own connection to the scaler: the certificate of "prometheusAddress" is still checked; for an authority of your own use a named source with "tls.caFile"',
    );
  if (values.metricName !== given.get('metricName')?.value)
    notice(`key "metricName" is used as "${values.metricName}", since names are lower case and DNS-safe`);
  problems.throwIfAny(subject);

  return Object.freeze({
    scaledObject: ref.name,
    namespace: ref.namespace,
    metricName: values.metricName ?? derivedMetricName(ref.scalerMetadata),
    query: values.query,
    threshold: values.threshold,
    activationThreshold: values.activationThreshold,
    source: source!,
    ...overload,
    ...grid,
    quantile: values.quantile,
    mode: values.mode,
    seasonality: Object.freeze(values.seasonality),
    timezone: values.timezone,
    minValue: values.minValue,
    maxValue: values.maxValue,
    ignoreNullValues: values.ignoreNullValues,
    bootstrap: values.bootstrap,
    calendars: Object.freeze(values.calendars ?? []),
    events: Object.freeze(values.events ?? []),
    notices: Object.freeze(notices),
  });
}

/** `"namespace/name"` for messages, when both are valid names in Kubernetes. */
function checkedOwner({ namespace, name }: ScaledObjectRef): string {
  for (const [what, value] of [
    ['name', name],
    ['namespace', namespace],
  ] as const)
    if (value.length > 253 || !/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(value))
      throw invalid(
        `the ${what} of the ScaledObject is ${show(value)}; expected a Kubernetes name: lower-case letters, digits, "-" and "."`,
      );
  return `"${namespace}/${name}"`;
}

/** Why a trigger may not use an address; undefined when it may. */
function refusedAddress(address: string, { admit }: TriggerContext): string | undefined {
  try {
    admit?.(address);
    return undefined;
  } catch (error) {
    if (!(error instanceof ScalerError)) throw error;
    return error.message;
  }
}

function unknownCalendar(name: string, known: readonly string[]): string {
  const nearest = didYouMean(name, known) || `; known calendars: ${[...known].sort().join(', ') || 'none'}`;
  return `names ${show(name)}, which is no calendar of the scaler's configuration${nearest}`;
}

/** A cheap check for too many keys, and for texts that are too long. @returns the problem, or undefined */
function oversize(metadata: Readonly<Record<string, string>>): string | undefined {
  const keys = Object.keys(metadata);
  if (keys.length > TRIGGER_LIMITS.keys)
    return `it has ${keys.length} keys; at most ${TRIGGER_LIMITS.keys} are accepted`;
  for (const key of keys) {
    if (key.length > TRIGGER_LIMITS.keyLength)
      return `it has a key of ${key.length} characters; at most ${TRIGGER_LIMITS.keyLength} are accepted`;
    const { length } = metadata[key]!;
    if (length > TRIGGER_LIMITS.valueLength)
      return `key ${show(key)} is ${length} characters long; at most ${TRIGGER_LIMITS.valueLength} are accepted`;
  }
  return undefined;
}

/** Sorts metadata into known keys, by their proper names, and unknown ones, with notices. */
function collectKeys(
  metadata: Readonly<Record<string, string>>,
  { complain, notice }: Report,
): { given: GivenKeys; unknown: readonly string[] } {
  const given = new Map<TriggerKeyName, Given>();
  const unknown: string[] = [];
  for (const [spelling, text] of Object.entries(metadata)) {
    const fromEnvironment = !spellings.has(spelling) && spelling.endsWith(FROM_ENV);
    const base = fromEnvironment ? spelling.slice(0, -FROM_ENV.length) : spelling;
    const name = spellings.get(base);
    const value = text.trim();
    if (name === undefined) {
      if (Object.hasOwn(keysWithoutEffect, base))
        notice(`key "${base}" has no effect: ${keysWithoutEffect[base]}`);
      else if (!kedaKeys.has(base)) unknown.push(base);
      continue;
    }
    // KEDA reads an empty value as none.
    if (value === '') continue;
    const other = given.get(name);
    if (other !== undefined && other.value !== value)
      complain(spelling, `and key "${other.spelling}" mean the same and have different values; keep one`);
    given.set(name, { spelling, value, fromEnvironment });
    if (credentialKeys.has(name) && !fromEnvironment)
      notice(
        `key "${name}" stands in the ScaledObject, where all who may read that can see it; use "${name}${FROM_ENV}" or a named source`,
      );
  }
  const absent = [...spellings].filter(([, name]) => !given.has(name)).map(([spelling]) => spelling);
  for (const key of unknown)
    notice(`key ${show(key)} is not known and has no effect${didYouMean(key, absent)}`);
  return { given, unknown };
}

/** Not complete where a problem was reported. */
function readValues(given: GivenKeys, unknown: readonly string[], { complain }: Report): TriggerValues {
  const texts = Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
  const result = triggerSchema.safeParse(texts);
  if (result.success) return result.data;
  const heldAt = (path: readonly string[]) => given.get(path[0] as TriggerKeyName);
  const received = (path: readonly string[]) =>
    heldAt(path)?.fromEnvironment ? `${HIDDEN_VALUE} from the environment` : undefined;
  for (const { path, what } of explain(result.error, triggerSchema, texts, received)) {
    const held = heldAt(path);
    const typo = held === undefined ? suggest(path[0]!, unknown) : undefined;
    const hint = typo === undefined ? '' : `; key ${show(typo)} is not known: did you mean "${path[0]}"?`;
    complain(held?.spelling ?? path[0]!, what + hint);
  }
  return {} as TriggerValues;
}
