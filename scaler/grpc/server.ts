import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type ListenAddress, listen } from '../shared/listen.js';
import type { Trigger } from '../trigger/trigger.js';
import { CallWatch, type RpcObserver } from './call-watch.js';
import { createTlsServer, isForClients, type TlsFiles } from './certificates.js';
import { limitConnections } from './connection-limit.js';
import { addHealth, addReflection } from './discovery.js';
import { type ReadAnswers, unaryHandlers } from './handlers.js';
import { defaultLimits, type GrpcLimits } from './limits.js';
import { type Log, silentLog } from './log.js';
import { ExternalScaler, Replicas } from './proto.js';
import { askReplicas, type ReplicasAddress, replicaHandlers } from './replicas.js';
import { PushStreams } from './streams.js';
import { type ParseTrigger, TriggerCache } from './trigger-cache.js';

export interface GrpcServerOptions {
  readonly answers: ReadAnswers;
  readonly parseTrigger: ParseTrigger;
  /** @default plaintext */
  readonly tls?: TlsFiles | undefined;
  /** Seconds between two looks at the TLS files. @default 10 */
  readonly tlsRefreshSeconds?: number;
  readonly limits?: Partial<GrpcLimits>;
  readonly observer?: RpcObserver;
  /** How replicas learn each other's triggers; undefined where they do not. */
  readonly replicas?:
    | { readonly address: ReplicasAddress; readonly tracked: () => Iterable<Trigger> }
    | undefined;
  readonly log?: Log;
}

/** What `createGrpcServer` makes. */
export type GrpcServer = ReturnType<typeof createGrpcServer>;

/** KEDA's external scaler as a server. Nothing listens until `listen` is called. */
export function createGrpcServer(options: GrpcServerOptions) {
  const { answers, parseTrigger, tls, tlsRefreshSeconds = 10, log = silentLog } = options;
  const limits = { ...defaultLimits, ...options.limits };

  const watch = new CallWatch(options.observer ?? (() => {}), limits.requestSeconds);
  const server = new Server({
    // The streams of a client that is gone end within the sum of the two.
    'grpc.keepalive_time_ms': limits.pingSeconds * 1000,
    'grpc.keepalive_timeout_ms': limits.pongSeconds * 1000,
    'grpc.max_connection_age_ms': limits.connectionAgeSeconds * 1000,
    // Longer than the life of any stream, so that none is cut.
    'grpc.max_connection_age_grace_ms': 1.2 * limits.connectionAgeSeconds * 1000,
    'grpc.max_receive_message_length': limits.messageBytes,
    'grpc.max_concurrent_streams': limits.callsPerConnection,
    // It keeps books on each call for a debugging service that is not offered here.
    'grpc.enable_channelz': 0,
    interceptors: [watch.interceptor],
  });
  const triggers = new TriggerCache(parseTrigger, limits.cachedCharacters);
  const parts = { triggers, answers, log };
  const streams = new PushStreams(parts, limits);
  server.addService(ExternalScaler.service, { ...unaryHandlers(parts), ...streams.handlers });
  const { replicas } = options;
  if (replicas)
    server.addService(Replicas.service, replicaHandlers(replicas.address, replicas.tracked, triggers, log));
  const health = addHealth(server);
  addReflection(server);

  let port = 0;
  let stopListening = () => {};
  let cutConnections = () => {};
  let drained: Promise<void> | undefined;

  async function drain(): Promise<void> {
    health.set(false);
    stopListening();
    streams.end();
    health.endWatches();
    const expiry = setTimeout(() => {
      log.warn({ drainSeconds: limits.drainSeconds }, 'calls did not finish in time and were cut');
      server.forceShutdown();
      cutConnections();
    }, limits.drainSeconds * 1000);
    await new Promise((resolve) => server.tryShutdown(resolve));
    clearTimeout(expiry);
    // Also connections that never became HTTP/2, such as half a TLS handshake.
    cutConnections();
    watch.stop();
  }

  return {
    /** @returns the port. @throws ScalerError when the address cannot be bound or a TLS file cannot be used */
    async listen(address: ListenAddress): Promise<number> {
      const socketServer = tls
        ? await createTlsServer(tls, tlsRefreshSeconds, log)
        : createServer({ noDelay: true });
      if (replicas && tls?.clientCaFile !== undefined && !isForClients(readFileSync(tls.certFile)))
        log.warn(
          { certFile: tls.certFile },
          'the certificate is for servers only: other replicas, which ask for one of a client, refuse this one, and a new replica gets no triggers of the others; issue it for clients too (clientAuth)',
        );
      port = await listen(socketServer, address, 'gRPC');
      stopListening = () => socketServer.close();
      cutConnections = limitConnections(socketServer, limits.connections, log);
      const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
      socketServer.on(tls ? 'secureConnection' : 'connection', (socket: Socket) =>
        injector.injectConnection(socket),
      );
      watch.start(server);
      if (!replicas) health.set(true);
      return port;
    },
    /** The triggers that other replicas are asked about. */
    async triggersOfOthers(signal: AbortSignal): Promise<readonly Trigger[]> {
      if (!replicas) return [];
      const refs = await askReplicas(replicas.address, tls, log, signal);
      return refs.flatMap((ref) => triggers.find(ref) ?? []);
    },
    /** Says SERVING to health checks, which `listen` does only without other replicas. Calls are answered before. */
    serve(): void {
      if (!drained) health.set(true);
    },
    /** The bound port; 0 before `listen`. */
    get port(): number {
      return port;
    },
    /**
     * Says NOT_SERVING, accepts nothing new, ends the streams and waits for the calls in flight, which are cut after
     * `limits.drainSeconds`. Resolves when nothing is open. May be called at any time and more than once.
     */
    drain(): Promise<void> {
      drained ??= drain();
      return drained;
    },
  };
}
