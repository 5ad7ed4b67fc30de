import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type Response,
  type Router,
} from 'express';
import type { Registry } from 'prom-client';
import type { PageAuth } from '../config/load.js';
import { gracefulClose, type ListenAddress, listen } from '../shared/listen.js';
import { securityHeaders } from '../shared/page-server.js';
import type { Logger } from '../telemetry/log.js';
import { requireAuth } from './auth.js';
import { healthRoutes, type Readiness } from './health.js';
import { metricsRoutes } from './metrics.js';

/** The parts of the HTTP server. */
export interface WebServerOptions {
  readonly registry: Registry;
  readonly readiness: Readiness;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** What opens the pages. @default open to all */
  readonly auth?: PageAuth | undefined;
  /** Whether `/metrics` needs it too. @default false */
  readonly protectMetrics?: boolean;
  readonly limits?: Partial<typeof defaultLimits>;
  /** Routes behind the check of credentials, such as the status page and its API. */
  readonly pages?: readonly Router[];
}

/** Limits that keep one caller from exhausting the server. */
const defaultLimits = {
  /** Connections at once, of scrapers, probes and open pages. */
  connections: 512,
  /** How long a request may take to arrive, so that slow senders cannot keep connections. */
  requestSeconds: 15,
};

/** What `createWebServer` makes. */
export type WebServer = ReturnType<typeof createWebServer>;

/** How long a connection may be idle in an answer, so that slow readers cannot keep connections. */
const IDLE_SECONDS = 30;

/** Longest address with its query. Node.js refuses addresses above 16 KiB itself, with 431. */
const LONGEST_URL = 8192;

/** The HTTP server. Nothing listens until `listen` is called. */
export function createWebServer(options: WebServerOptions) {
  const { connections, requestSeconds } = { ...defaultLimits, ...options.limits };
  const app = createApp(options);
  const server = createServer(
    {
      requestTimeout: requestSeconds * 1000,
      headersTimeout: requestSeconds * 1000,
      keepAliveTimeout: 10_000,
      connectionsCheckingInterval: Math.min(1000, requestSeconds * 1000),
    },
    // Express runs no handler for an address without a path, such as `//#@host/`. Node.js refuses them like this.
    (request, response) =>
      app(request as Request, response as Response, () =>
        response.writeHead(400, { 'Content-Length': 0 }).end(),
      ),
  );
  server.timeout = IDLE_SECONDS * 1000;
  limitConnections(server, connections);
  return {
    /** The port in use; 0 before `listen`. */
    get port(): number {
      return (server.address() as AddressInfo | null)?.port ?? 0;
    },
    /** @throws ScalerError `unavailable` when the address cannot be bound */
    async listen(address: ListenAddress): Promise<void> {
      await listen(server, address, 'HTTP');
      server.on('error', (err) => options.log.error({ err }, 'the HTTP port could not accept a connection'));
    },
    /** Accepts nothing new, and cuts answers after `graceSeconds`. May be called at any time and more than once. */
    close: gracefulClose(server),
  };
}

/**
 * Limits the connections. At the limit the one without a whole request for longest is closed for a new one: if new ones
 * were refused, a client with many idle connections would block the kubelet's probes.
 */
function limitConnections(server: Server, connections: number): void {
  const waiting = new Set<Socket>();
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    if (open.size >= connections) {
      const [longest] = waiting;
      (longest ?? socket).destroy();
    }
    if (socket.destroyed) return;
    open.add(socket);
    waiting.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      waiting.delete(socket);
    });
  });
  server.on('request', ({ socket }, response) => {
    waiting.delete(socket);
    response.once('close', () => {
      if (open.has(socket)) waiting.add(socket);
    });
  });
}

function createApp(options: WebServerOptions): Express {
  const { registry, readiness, log, auth, protectMetrics = false, pages = [] } = options;
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders);
  app.use(refuseLongAddress);
  app.use(healthRoutes(readiness));
  if (!protectMetrics) app.use(metricsRoutes(registry));
  app.use(requireAuth(auth, log));
  if (protectMetrics) app.use(metricsRoutes(registry));
  for (const page of pages) app.use(page);
  app.use((request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD')
      refuse(response, 404, 'there is nothing at this address');
    else refuse(response.set('Allow', 'GET, HEAD'), 405, `${request.method} is not possible at this address`);
  });
  app.use(answerError(log));
  return app;
}

function refuse(response: Response, status: number, reason: string): void {
  response.status(status).type('text/plain').send(`${status}: ${reason}\n`);
}

function refuseLongAddress({ url }: Request, response: Response, next: () => void): void {
  if (url.length <= LONGEST_URL) next();
  else refuse(response, 414, `the address has ${url.length} characters; at most ${LONGEST_URL} are read`);
}

/** Messages for some mistakes of clients. */
const CLIENT_MISTAKES: Readonly<Record<number, string>> = {
  413: 'the body is larger than what is read here',
  415: 'the body is in a coding or character set that is not read here',
};

/** Answers errors of routes: mistakes of clients with their status, and others with 500 and a line in the log. */
function answerError(log: WebServerOptions['log']): ErrorRequestHandler {
  return (error, request, response, next) => {
    const isClients = typeof error?.status === 'number' && error.status >= 400 && error.status < 500;
    if (!isClients) log.error({ err: error, path: request.path }, 'a request failed');
    if (response.headersSent) {
      // Express cuts the connection, so that half an answer does not look whole.
      next(error);
      return;
    }
    if (isClients)
      refuse(response, error.status, CLIENT_MISTAKES[error.status] ?? 'the request is malformed');
    else refuse(response, 500, 'something went wrong inside the scaler');
  };
}
