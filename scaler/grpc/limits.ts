/** Limits that keep one caller from exhausting the server: enough for 10,000 triggers of which every one pushes. */
export const defaultLimits = {
  /** Bytes of one request; longer ones are refused with RESOURCE_EXHAUSTED. */
  messageBytes: 128 * 1024,
  /** Characters of metadata that parsed triggers may hold in memory, in all. */
  cachedCharacters: 64 * 1024 * 1024,
  /** Connections at once; KEDA's operator and its metrics server hold one each. At the bound the one that has sent least goes. */
  connections: 1024,
  /** Calls at once on one connection. KEDA shares one connection for everything, streams included, and queues the rest. */
  callsPerConnection: 32_768,
  /** Push streams at once, over all connections; more are refused with RESOURCE_EXHAUSTED. */
  streams: 20_000,
  /** Push streams of one namespace at once, so that it cannot use up all of them. */
  streamsPerNamespace: 20_000,
  /** Seconds that a request may take to arrive whole; slower ones are refused with DEADLINE_EXCEEDED. */
  requestSeconds: 20,
  /** Seconds between two pings that ask whether a client is still there. */
  pingSeconds: 30,
  /** Seconds that it may take to answer one. Half-open connections end within the two together. */
  pongSeconds: 10,
  /**
   * Seconds after which a connection is asked to be replaced and a stream is ended, give or take a tenth. grpc-go then
   * resolves the name again and finds replicas that were added.
   */
  connectionAgeSeconds: 300,
  /** Seconds that calls in flight get to finish when the server drains. */
  drainSeconds: 10,
};

/** As `defaultLimits`, with other values. */
export type GrpcLimits = Readonly<typeof defaultLimits>;
