import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Pair } from './authority.js';

/** An answer of the server behind the proxy, read whole. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * What goes wrong with one request. `forward` asks the server behind the proxy, with a change to the form if need be; a fault that never calls it keeps the
 * request from arriving there.
 */
export type Fault = (
  request: IncomingMessage,
  response: ServerResponse,
  forward: (change?: (form: URLSearchParams) => void) => Promise<UpstreamAnswer>,
) => void | Promise<void>;

/** Stands between the scaler and a real Prometheus and breaks what passes, on demand. */
export class FaultProxy {
  readonly #upstream: string;
  readonly #sockets = new Set<Socket>();
  #certificate: Pair | undefined;
  #server: Server;
  #port = 0;
  #fault: Fault | undefined;
  /** Requests that came, whatever became of them. */
  requests = 0;
  /** Requests that are not answered to their end. */
  openRequests = 0;
  /** Most connections open at once since the start. */
  mostConnections = 0;

  private constructor(upstream: string, certificate: Pair | undefined) {
    this.#upstream = upstream;
    this.#certificate = certificate;
    this.#server = this.#create();
  }

  /**
   * @param upstream base address of the server behind.
   * @param certificate to serve TLS with; plaintext when undefined.
   */
  static async start(upstream: string, certificate?: Pair): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstream, certificate);
    await proxy.#listen();
    return proxy;
  }

  /** Base address that stands for the server's own. */
  get address(): string {
    return `${this.#certificate === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** From now on every request meets this fault; undefined lets them pass. */
  inject(fault: Fault | undefined): void {
    this.#fault = fault;
  }

  /** Shows new connections another certificate from now on. */
  showCertificate(certificate: Pair): void {
    if (!(this.#server instanceof TlsServer)) throw new Error('this proxy speaks plaintext');
    this.#certificate = certificate;
    this.#server.setSecureContext(pemOf(certificate));
  }

  /** Cuts every connection; new ones are welcome. */
  cutConnections(): void {
    this.#server.closeAllConnections();
  }

  /** Nobody listens on the port until `listenAgain`. */
  async refuse(): Promise<void> {
    await this.#stop();
  }

  async listenAgain(): Promise<void> {
    this.#server = this.#create();
    await this.#listen();
  }

  async close(): Promise<void> {
    await this.#stop();
  }

  #create(): Server {
    const listener: RequestListener = (request, response) => {
      this.requests++;
      this.openRequests++;
      response.once('close', () => this.openRequests--);
      this.#handle(request, response).catch((error: Error) => response.destroy(error));
    };
    const certificate = this.#certificate;
    const server =
      certificate === undefined ? createServer(listener) : createTlsServer(pemOf(certificate), listener);
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      this.mostConnections = Math.max(this.mostConnections, this.#sockets.size);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    return server;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const forward = (change?: (form: URLSearchParams) => void) => this.#forward(request, change);
    if (this.#fault !== undefined) {
      await this.#fault(request, response, forward);
      return;
    }
    pass(response, await forward());
  }

  async #forward(
    request: IncomingMessage,
    change: (form: URLSearchParams) => void = () => {},
  ): Promise<UpstreamAnswer> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const form = new URLSearchParams(Buffer.concat(parts).toString());
    change(form);
    const answer = await fetch(`${this.#upstream}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      body: form.toString(),
    });
    const contentType = answer.headers.get('content-type') ?? '';
    return { status: answer.status, contentType, body: await answer.text() };
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/** Sends an answer on as it came. */
export function pass(response: ServerResponse, { status, contentType, body }: UpstreamAnswer): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

function pemOf({ certFile, keyFile }: Pair): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}
