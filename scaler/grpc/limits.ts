/** Limits that keep one caller from exhausting the server. They are enough for 10,000 triggers that all push. */
export const defaultLimits = {
  /** Bytes of one request; longer ones are refused with RESOURCE_EXHAUSTED. */
  messageBytes: 128 * 1024,
  /** Characters of metadata that all parsed triggers may hold in memory. */
  cachedCharacters: 64 * 1024 * 1024,
  /** Connections at once; KEDA's operator and its metrics server hold one each. */
  connections: 1024,
  /** Calls at once on one connection. KEDA uses one connection for everything, also streams, and queues the rest. */
  callsPerConnection: 32_768,
  /** Push streams at once, on all connections; more are refused with RESOURCE_EXHAUSTED. */
  streams: 20_000,
  /** Push streams of one namespace at once, so that it cannot use up all of them. */
  streamsPerNamespace: 20_000,
  /** Seconds that a request may take to arrive whole; slower ones are refused with DEADLINE_EXCEEDED. */
  requestSeconds: 20,
  /** Seconds between two pings of a client. */
  pingSeconds: 30,
  /** Seconds that it may take to answer one. Half-open connections end within the sum of the two. */
  pongSeconds: 10,
  /** Seconds, give or take a tenth, until a connection or stream ends, so that grpc-go finds new replicas. */
  connectionAgeSeconds: 300,
  /** Seconds that calls in flight get to finish when the server drains. */
  drainSeconds: 10,
};

/** As `defaultLimits`, with other values. */
export type GrpcLimits = Readonly<typeof defaultLimits>;
