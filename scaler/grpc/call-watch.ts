import { constants, type ServerHttp2Stream } from 'node:http2';
import { type Server, type ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { closeStream, type GrpcCall, http2ServersOf, mapStatus } from '../shared/library-internals.js';
import { sendableDetails } from './status.js';

/**
 * Called for every call that has ended, for telemetry.
 *
 * @param method full path, such as `/externalscaler.ExternalScaler/GetMetrics`; only of methods that exist
 * @param code the gRPC status; CANCELLED also when the client went away
 * @param seconds from the request's headers to its status; a stream counts its whole life
 */
export type RpcObserver = (method: string, code: status, seconds: number) => void;

/** How often requests that do not arrive are looked for. */
const SWEEP_MILLISECONDS = 1000;

/** Most calls whose request has not arrived whole. It comes with its headers: thousands without are an attack. */
const MOST_ARRIVING = 10_000;

/** How long a request with an unread body may last. Closing it at once would use up the connection's flow control. */
const UNREAD_GRACE_MILLISECONDS = 1000;

/**
 * Watches the calls of a server: tells the observer, makes status messages sendable, and ends requests that do not
 * arrive whole in time, so that half-open calls cannot pile up.
 */
export class CallWatch {
  /** Calls whose request has not arrived whole, oldest first, with the time they began. */
  readonly #arriving = new Map<GrpcCall, number>();
  #sweeper: NodeJS.Timeout | undefined;

  /** @param requestSeconds longest time that a request may take from its headers to its end */
  constructor(
    private readonly observer: RpcObserver,
    private readonly requestSeconds: number,
  ) {}

  /** @param server with its connection injector already made */
  start(server: Server): void {
    dropUnreadBodies(server);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MILLISECONDS).unref();
  }

  stop(): void {
    clearInterval(this.#sweeper);
  }

  /** For the options of the server. It changes the call instead of wrapping it, to cost each call little. */
  readonly interceptor: ServerInterceptor = (method, call) => {
    const startedMs = performance.now();
    const arriving = this.#arriving;
    const { observer } = this;
    let ended = false;
    const end = (code: status) => {
      if (ended) return;
      ended = true;
      arriving.delete(call);
      observer(method.path, code, (performance.now() - startedMs) / 1000);
    };

    arriving.set(call, startedMs);
    if (arriving.size > MOST_ARRIVING) this.#giveUpOldest();
    mapStatus(call, (sent) => {
      end(sent.code);
      return sent.code === status.OK ? sent : { ...sent, details: sendableDetails(sent.details) };
    });
    const { start } = call;
    call.start = (listener) => {
      const { onReceiveHalfClose, onCancel } = listener;
      listener.onReceiveHalfClose = () => {
        arriving.delete(call);
        onReceiveHalfClose.call(listener);
      };
      listener.onCancel = () => {
        end(status.CANCELLED);
        onCancel.call(listener);
      };
      start.call(call, listener);
    };
    return call as ServerInterceptingCall;
  };

  #sweep(): void {
    const latest = performance.now() - this.requestSeconds * 1000;
    const details = `the request did not arrive whole within ${this.requestSeconds} s`;
    for (const [call, startedMs] of this.#arriving) {
      if (startedMs > latest) return;
      this.#giveUp(call, status.DEADLINE_EXCEEDED, details);
    }
  }

  /** Makes room for new calls: each one that does not arrive costs about ten kilobytes. */
  #giveUpOldest(): void {
    const [oldest] = this.#arriving.keys();
    const details = `the request had not arrived whole when ${MOST_ARRIVING} others had not either`;
    this.#giveUp(oldest!, status.RESOURCE_EXHAUSTED, details);
  }

  #giveUp(call: GrpcCall, code: status, details: string): void {
    this.#arriving.delete(call);
    call.sendStatus({ code, details });
    closeStream(call);
  }
}

/**
 * Closes requests that grpc-js answers without reading them: those that are no gRPC, or name no method. Their bodies
 * would stay in memory as long as the connection, and at 10 MB Node.js refuses all further calls on it.
 */
function dropUnreadBodies(server: Server): void {
  // Runs after the listener of grpc-js, which has then answered or begun to read.
  for (const http2Server of http2ServersOf(server))
    http2Server.on('stream', (stream: ServerHttp2Stream) => {
      if (!stream.headersSent || stream.readableFlowing !== null) return;
      stream.resume();
      const close = () => stream.close(constants.NGHTTP2_NO_ERROR);
      const timer = setTimeout(close, UNREAD_GRACE_MILLISECONDS).unref();
      stream.once('close', () => clearTimeout(timer));
    });
}
