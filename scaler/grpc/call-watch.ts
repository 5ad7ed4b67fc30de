import { constants, type ServerHttp2Stream } from 'node:http2';
import { type ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { sendableDetails } from './status.js';

/**
 * Told of every call that has ended, for telemetry.
 *
 * @param method full path, such as `/externalscaler.ExternalScaler/GetMetrics`; only methods that exist are told
 * @param code the gRPC status; CANCELLED also when the client went away
 * @param seconds from the request's headers to its status; a stream counts its whole life
 */
export type RpcObserver = (method: string, code: status, seconds: number) => void;

/** What a call is to grpc-js while it lasts. */
type Call = Parameters<ServerInterceptor>[1];

/** How often requests that do not arrive are looked for. */
const sweepMilliseconds = 1000;

/** Calls at once whose request has not arrived whole. One arrives with its headers; thousands that do not are an attack. */
const mostArriving = 10_000;

/**
 * Watches every call of a server: tells the observer, makes the text of statuses sendable, and gives up requests that
 * do not arrive whole in time, so that half-open calls cannot pile up.
 */
export class CallWatch {
  readonly #observer: RpcObserver;
  readonly #requestSeconds: number;
  /** Calls whose request has not arrived whole, oldest first, with the time they began. */
  readonly #arriving = new Map<Call, number>();
  #sweeper: NodeJS.Timeout | undefined;

  /** @param requestSeconds longest time that a request may take from its headers to its end */
  constructor(observer: RpcObserver, requestSeconds: number) {
    this.#observer = observer;
    this.#requestSeconds = requestSeconds;
  }

  start(): void {
    this.#sweeper = setInterval(() => this.#sweep(), sweepMilliseconds).unref();
  }

  stop(): void {
    clearInterval(this.#sweeper);
  }

  /**
   * The interceptor for the server's options. It puts its own methods on the call that grpc-js made rather than wrapping
   * that call: statuses that grpc-js itself sends (a message too large, a deadline passed) go through them as well, and
   * nothing is allocated but what is needed, since this runs on every call.
   */
  readonly interceptor: ServerInterceptor = (method, call) => {
    const startedMs = performance.now();
    const { start, sendStatus } = call;
    const arriving = this.#arriving;
    const observer = this.#observer;
    let ended = false;
    const end = (code: status) => {
      if (ended) return;
      ended = true;
      arriving.delete(call);
      observer(method.path, code, (performance.now() - startedMs) / 1000);
    };

    arriving.set(call, startedMs);
    if (arriving.size > mostArriving) this.#giveUpOldest();
    call.sendStatus = (sent) => {
      end(sent.code);
      sendStatus.call(
        call,
        sent.code === status.OK ? sent : { ...sent, details: sendableDetails(sent.details) },
      );
    };
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
    const latest = performance.now() - this.#requestSeconds * 1000;
    for (const [call, startedMs] of this.#arriving) {
      if (startedMs > latest) return;
      this.#giveUp(
        call,
        status.DEADLINE_EXCEEDED,
        `the request did not arrive whole within ${this.#requestSeconds} s`,
      );
    }
  }

  /** Makes room for new calls: each of those that never arrive costs some ten kilobytes for as long as it is waited for. */
  #giveUpOldest(): void {
    const [oldest] = this.#arriving.keys();
    this.#giveUp(
      oldest!,
      status.RESOURCE_EXHAUSTED,
      `the request had not arrived whole when ${mostArriving} others had not either`,
    );
  }

  #giveUp(call: Call, code: status, details: string): void {
    this.#arriving.delete(call);
    call.sendStatus({ code, details });
    resetStream(call);
  }
}

/**
 * Closes the HTTP/2 stream under a call that has its status: its client has not closed its half, and may never. grpc-js
 * offers no way to do so, hence the look at a field of its call.
 */
function resetStream(call: Call): void {
  const { stream } = call as Call & { stream?: ServerHttp2Stream };
  stream?.close(constants.NGHTTP2_NO_ERROR);
}
