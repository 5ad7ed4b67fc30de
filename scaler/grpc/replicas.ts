import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { type ChannelCredentials, credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Trigger } from '../trigger/trigger.js';
import type { TlsFiles } from './certificates.js';
import type { ScaledObjectRef__Output } from './generated/externalscaler/ScaledObjectRef.js';
import type { ReplicasHandlers } from './generated/replicas/Replicas.js';
import type { Log } from './log.js';
import { Replicas } from './proto.js';
import type { TriggerCache } from './trigger-cache.js';

/** A name that resolves to every replica, ready or not, and their port. */
export interface ReplicasAddress {
  readonly host: string;
  readonly port: number;
}

/** Lists the triggers to other replicas, known by their addresses. @param tracked the triggers that KEDA asks about */
export function replicaHandlers(
  address: ReplicasAddress,
  tracked: () => Iterable<Trigger>,
  triggers: TriggerCache,
  log: Log,
): ReplicasHandlers {
  return {
    KnownTriggers: async (call) => {
      const peer = hostOf(call.getPeer());
      try {
        if ((await addressesOf(address.host)).includes(peer)) {
          for (const ref of triggers.refsOf(tracked())) call.write(ref);
          call.end();
          return;
        }
        log.warn({ peer }, `refused to list the triggers: ${address.host} does not resolve to the caller`);
        call.emit('error', { code: status.PERMISSION_DENIED, details: 'the caller is no replica' });
      } catch (error) {
        log.warn({ err: error }, 'the other replicas could not be looked up');
        call.emit('error', { code: status.UNAVAILABLE, details: 'the replicas could not be looked up' });
      }
    },
  };
}

/** How long the address of a new replica may take to reach the DNS of the others, and DNS to answer in a new pod. */
const KNOWN_WITHIN_SECONDS = 45;
const RETRY_SECONDS = 1;
const CALL_SECONDS = 10;

/**
 * The triggers that other replicas are asked about. Replicas that do not answer are left out. Asks again while it is
 * too early: the name service does not answer, or a replica does not know this one yet.
 *
 * @param tls files of this replica, which the others have too; undefined for plaintext
 */
export async function askReplicas(
  address: ReplicasAddress,
  tls: TlsFiles | undefined,
  log: Log,
  signal: AbortSignal,
): Promise<readonly ScaledObjectRef__Output[]> {
  const until = performance.now() + KNOWN_WITHIN_SECONDS * 1000;
  const refs = new Map<string, ScaledObjectRef__Output>();
  const channel = tls === undefined ? credentials.createInsecure() : credentialsOfReplica(tls);
  const done = new Set<string>();
  const isLast = () => signal.aborted || performance.now() > until;
  for (;;) {
    let isTooEarly = false;
    const known = await addressesOf(address.host).catch((error) => {
      if (isLast()) throw error;
      isTooEarly = true;
      return [];
    });
    for (const ip of known) {
      if (done.has(ip) || signal.aborted) continue;
      const target = `${ip.includes(':') ? `[${ip}]` : ip}:${address.port}`;
      try {
        for (const ref of await askReplica(target, channel, signal)) refs.set(JSON.stringify(ref), ref);
        done.add(ip);
      } catch (error) {
        const { code, details } = error as ServiceError;
        if (code === status.PERMISSION_DENIED) isTooEarly = true;
        else done.add(ip);
        log.info({ replica: target, code, details }, 'a replica did not list its triggers');
      }
    }
    if (!isTooEarly || isLast()) return [...refs.values()];
    await delay(RETRY_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
  }
}

async function askReplica(
  target: string,
  channel: ChannelCredentials,
  signal: AbortSignal,
): Promise<ScaledObjectRef__Output[]> {
  const client = new Replicas(target, channel, {
    'grpc.use_local_subchannel_pool': 1,
    // TLS does not allow an IP address as a server name.
    'grpc.ssl_target_name_override': 'replicas',
  });
  const call = client.KnownTriggers({}, { deadline: Date.now() + CALL_SECONDS * 1000 });
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await call.toArray();
  } finally {
    signal.removeEventListener('abort', cancel);
    client.close();
  }
}

/** Trusts this replica's certificate, and others of its authority, with any name: replicas are called by IP address. */
function credentialsOfReplica({ certFile, keyFile, clientCaFile }: TlsFiles): ChannelCredentials {
  const cert = readFileSync(certFile);
  const ca = clientCaFile === undefined ? [cert] : [cert, readFileSync(clientCaFile)];
  const options: SecureContextOptions & { allowPartialTrustChain: boolean } = {
    cert,
    key: readFileSync(keyFile),
    ca,
    allowPartialTrustChain: true,
  };
  return credentials.createFromSecureContext(createSecureContext(options), {
    checkServerIdentity: () => undefined,
  });
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await dns.promises.lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    // No address is known yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOTFOUND') return [];
    throw error;
  }
}

/** The IP address in `1.2.3.4:50051` or `[::ffff:1.2.3.4]:50051`. */
function hostOf(peer: string): string {
  return peer
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '');
}
