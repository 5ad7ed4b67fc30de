import { Document, visit } from 'yaml';
import { eventText } from '../../calendar/event-text.js';
import { formatDuration } from '../../shared/duration.js';
import { redact } from '../../shared/redact.js';
import { quoted } from '../../shared/show.js';
import { percentText } from '../../trigger/forms.js';
import type { Trigger } from '../../trigger/trigger.js';

/**
 * Invisible characters. A user must see what a text to paste does, so they are written as escapes, which mean
 * the same. Lines and tabs are none of them.
 */
const UNSEEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu;

/**
 * A trigger's metadata as a ScaledObject would write it, every setting spelt out. Headers and parameters of an address
 * are left out, since that is where secrets live, and so is what looks like a secret in the query.
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

/** Either the overload that is accepted or the quantile, as far as the trigger gives them. */
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

/**
 * The trigger as an entry of a ScaledObject's `triggers`.
 *
 * @param scalerAddress `host:port` at which KEDA reaches the scaler
 */
export function manifestYaml(trigger: Trigger, scalerAddress: string): string {
  const entry = {
    type: 'external',
    metricType: 'AverageValue',
    metadata: { scalerAddress, ...metadataOf(trigger) },
  };
  const note = leavesOut(trigger)
    ? '# Headers, parameters and credentials are left out here; add your own.\n'
    : '';
  const document = new Document({ triggers: [entry] });
  visit(document, {
    Scalar: (_key, scalar) => {
      // Escapes mean something between double quotes only.
      if (typeof scalar.value === 'string' && scalar.value.search(UNSEEN) >= 0) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  const yaml = document
    .toString({ lineWidth: 0, defaultStringType: 'PLAIN' })
    .replace(UNSEEN, (character) => `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`);
  return note + yaml;
}

/** Where and how a user of the page reaches the scaler's gRPC port. */
export interface GrpcAccess {
  /** `host:port`; in a cluster, at the end of a port-forward. */
  readonly address: string;
  /** undefined for plaintext. */
  readonly tls?:
    | {
        /** Name in the server's certificate. */
        readonly serverName: string;
        /** Whether the server asks for the caller's certificate. */
        readonly isMutual: boolean;
      }
    | undefined;
}

/** A shell line that asks the scaler for the trigger's value, as KEDA does. The form is that of docs/probing.md. */
export function grpcurlCommand(trigger: Trigger, { address, tls }: GrpcAccess): string {
  const request = {
    scaledObjectRef: {
      name: trigger.scaledObject,
      namespace: trigger.namespace,
      scalerMetadata: metadataOf(trigger),
    },
    metricName: trigger.metricName,
  };
  const argument = `'${quoted(request).replaceAll("'", `'\\''`)}'`;
  const client = tls?.isMutual ? '-cert client.crt -key client.key ' : '';
  const security = tls ? `-cacert ca.crt ${client}-authority ${tls.serverName}` : '-plaintext';
  return `grpcurl ${security} -d ${argument} ${address} externalscaler.ExternalScaler/GetMetrics`;
}

function leavesOut(trigger: Trigger): boolean {
  const { source } = trigger;
  if (redact(trigger.query) !== trigger.query) return true;
  return (
    source.kind === 'address' &&
    Object.keys(source.headers).length + Object.keys(source.queryParameters).length > 0
  );
}
