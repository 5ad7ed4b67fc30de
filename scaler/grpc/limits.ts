/** Bounds that keep one caller from exhausting the server. Each has a default. */
export interface GrpcLimits {
  /** Bytes of one request; longer ones are refused with RESOURCE_EXHAUSTED. */
  readonly messageBytes: number;
  /** Characters of metadata that parsed triggers may hold in memory, in all. */
  readonly cachedCharacters: number;
  /** Connections at once; KEDA's operator and its metrics server hold one each. At the bound the one that has sent least goes. */
  readonly connections: number;
  /** Calls at once on one connection. KEDA shares one connection for everything, streams included, and queues the rest. */
  readonly callsPerConnection: number;
  /** Push streams at once, over all connections; more are refused with RESOURCE_EXHAUSTED. */
  readonly streams: number;
  /** Push streams of one namespace at once, so that it cannot use up all of them. */
  readonly streamsPerNamespace: number;
  /** Seconds that a request may take to arrive whole; slower ones are refused with DEADLINE_EXCEEDED. */
  readonly requestSeconds: number;
  /** Seconds between two pings that ask whether a client is still there. */
  readonly pingSeconds: number;
  /** Seconds that it may take to answer one. Half-open connections live no longer than the two together. */
  readonly pongSeconds: number;
  /**
   * Seconds after which a connection is asked to be replaced and a stream is ended, give or take a tenth. grpc-go then
   * resolves the name again and finds replicas that were added.
   */
  readonly connectionAgeSeconds: number;
  /** Seconds that calls in flight get to finish when the server drains. */
  readonly drainSeconds: number;
}

/** Enough for 10,000 triggers of which every one pushes. */
export const defaultLimits: GrpcLimits = {
  messageBytes: 128 * 1024,
  cachedCharacters: 64 * 1024 * 1024,
  connections: 1024,
  callsPerConnection: 32_768,
  streams: 20_000,
  streamsPerNamespace: 20_000,
  requestSeconds: 20,
  pingSeconds: 30,
  pongSeconds: 10,
  connectionAgeSeconds: 300,
  drainSeconds: 10,
};
