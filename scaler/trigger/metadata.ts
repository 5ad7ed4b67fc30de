import { eventText } from '../calendar/event-text.js';
import { formatDuration } from '../shared/duration.js';
import { redact } from '../shared/redact.js';
import { percentText } from './forms.js';
import { parseTrigger } from './parse.js';
import type { Trigger } from './trigger.js';

/**
 * The complete metadata of a trigger, for a ScaledObject. Headers and parameters of an address are left out, since they
 * may hold secrets, and so is what looks like a secret in the query.
 */
export function metadataOf(trigger: Trigger): Record<string, string> {
  const { source, seasonality } = trigger;
  const metadata: Record<string, string> = {
    query: redact(trigger.query),
    threshold: String(trigger.threshold),
    activationThreshold: String(trigger.activationThreshold),
    metricName: trigger.metricName,
    predictHorizon: trigger.horizonFollows ? 'auto' : formatDuration(trigger.horizonSeconds),
    historyTimeWindow: formatDuration(trigger.historySeconds),
    queryStep: formatDuration(trigger.stepSeconds),
    ...overloadOf(trigger),
    mode: trigger.mode,
    seasonality: seasonality === 'auto' ? 'auto' : seasonality.map(formatDuration).join(',') || 'none',
    timezone: trigger.timezone,
    ignoreNullValues: String(trigger.ignoreNullValues),
  };
  if (trigger.minValue !== undefined) metadata.minValue = String(trigger.minValue);
  if (trigger.maxValue !== undefined) metadata.maxValue = String(trigger.maxValue);
  if (trigger.calendars.length > 0) metadata.calendars = trigger.calendars.join(',');
  if (trigger.events.length > 0) metadata.events = trigger.events.map(eventText).join('; ');
  if (trigger.bootstrap !== undefined) metadata.bootstrap = trigger.bootstrap;
  if (source.kind === 'named') metadata.source = source.name;
  else metadata.prometheusAddress = redact(source.address);
  return metadata;
}

/** Either the accepted overload or the quantile. */
function overloadOf(trigger: Trigger): Record<string, string> {
  const { targetOverload, measuresPodStartup, horizonFollows, podStartupSeconds } = trigger;
  const usesPodStartup = targetOverload !== undefined || horizonFollows;
  return {
    ...(targetOverload === undefined
      ? { quantile: String(trigger.quantile) }
      : { targetOverload: percentText(targetOverload), capacity: String(trigger.capacity) }),
    ...(usesPodStartup && { podStartup: measuresPodStartup ? 'auto' : formatDuration(podStartupSeconds) }),
  };
}

/** As `metadataOf`, without settings at their defaults. @param kept settings to keep in any case */
export function metadataBeyondDefaults(trigger: Trigger, kept: readonly string[]): Record<string, string> {
  const required = { query: trigger.query, threshold: String(trigger.threshold), source: 'any' };
  const defaults = metadataOf(parseTrigger({ name: 'any', namespace: 'any', scalerMetadata: required }));
  const isWritten = ([key, value]: [string, string]) =>
    key in required || kept.includes(key) || value !== defaults[key];
  return Object.fromEntries(Object.entries(metadataOf(trigger)).filter(isWritten));
}
