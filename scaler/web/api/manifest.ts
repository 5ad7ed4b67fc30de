import { Document, visit } from 'yaml';
import { redact } from '../../shared/redact.js';
import { quoted } from '../../shared/show.js';
import { metadataOf } from '../../trigger/metadata.js';
import type { Trigger } from '../../trigger/trigger.js';

/** Invisible characters, except line breaks and tabs. As escapes they show what a text to paste does. */
const UNSEEN = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu;

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
      // Escapes work only between double quotes.
      if (typeof scalar.value === 'string' && scalar.value.search(UNSEEN) >= 0) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  const yaml = document
    .toString({ lineWidth: 0, defaultStringType: 'PLAIN' })
    .replace(UNSEEN, (character) => `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`);
  return note + yaml;
}

/** How a user of the page reaches the gRPC port. */
export interface GrpcAccess {
  /** `host:port`; in a cluster, at the end of a port-forward. */
  readonly address: string;
  /** @default plaintext */
  readonly tls?:
    | {
        /** Name in the server's certificate. */
        readonly serverName: string;
        /** Whether callers need a certificate. */
        readonly isMutual: boolean;
      }
    | undefined;
}

/** A shell command that asks for the value of a trigger as KEDA does, in the form of docs/probing.md. */
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
