import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { Agent, request } from 'undici';
import { type Hide, hideSent } from '../shared/redact.js';
import { WatchedFile } from '../shared/watched-file.js';
import { credentialsOf, type OnFileTrouble, readOrKeep } from './credentials.js';
import { connectionFailure, RequestFailure, single } from './request-failure.js';
import type { SourceConfig } from './source-config.js';

/** Where requests go, and what is sent with each. */
export interface ConnectionOptions
  extends Omit<SourceConfig, 'address' | 'namespaces' | 'retries' | 'resolutionSeconds'> {
  /** Base address, http or https. */
  readonly url: URL;
  /** Whether the host may resolve to an IP address. @default it may to all */
  readonly isAllowedIp?: ((ip: string) => boolean) | undefined;
  /** Resolves host names. @default `lookup` of node:dns */
  readonly lookup?: LookupFunction | undefined;
  readonly onFileTrouble: OnFileTrouble;
}

/** What differs between requests. */
export interface Sent {
  readonly method: 'GET' | 'POST';
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer of any status. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly bytes: number;
  /** Hides the secrets of the request in the text. */
  readonly hide: Hide;
}

/** Words for requests without a usable answer, which depend on what was asked for. */
export interface SendFailures {
  readonly late: (timeoutSeconds: number) => RequestFailure;
  readonly oversize: (maxBodyBytes: number) => string;
  /** @param detail what was there instead of an answer */
  readonly format: (detail: string) => RequestFailure;
}

/** How long an idle connection is kept: longer than KEDA's usual 15 and 30 s between two polls. */
const KEEP_ALIVE_MILLISECONDS = 40_000;

/**
 * Connections to one address. Its credentials cannot reach another host: redirects are not followed, and the IP address
 * is checked where the connection is made, so that it cannot change in between.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #authorization: () => Promise<string | undefined>;
  readonly #tlsFiles: readonly { readonly role: 'ca' | 'cert' | 'key'; readonly file: WatchedFile }[];
  #agent: Agent | undefined;
  #tlsVersion = '';
  /** What hides the secrets of a request, for the newest Authorization header. */
  readonly #hide: LRUCache<string, Hide>;
  #isDestroyed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#authorization = credentialsOf(options, options.onFileTrouble);
    this.#hide = new LRUCache({
      max: 1,
      memoMethod: (authorization) => hideSent({ ...options, authorization }),
    });
    this.#tlsFiles = (['ca', 'cert', 'key'] as const).flatMap((role) => {
      const path = options.tls?.[`${role}File`];
      return path === undefined ? [] : [{ role, file: new WatchedFile(path) }];
    });
  }

  /**
   * Sends a request to a path below the base address, and reads the answer within the deadline.
   * @throws RequestFailure when no answer can be read; the signal's reason when it is aborted
   */
  async send(path: string, sent: Sent, failures: SendFailures, signal?: AbortSignal): Promise<Reply> {
    const { timeoutSeconds, maxBodyBytes } = this.#options;
    // AbortSignal.any would leak: its signals live as long as the caller's.
    const deadline = new AbortController();
    const giveUp = (): void => deadline.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    const late = (): void => deadline.abort(failures.late(timeoutSeconds));
    const timer = setTimeout(late, timeoutSeconds * 1000);
    try {
      const { target, init, hide } = await this.#requestOf(path, sent);
      deadline.signal.throwIfAborted();
      const { statusCode, headers, body } = await request(target, { ...init, signal: deadline.signal });
      // undici also emits the error of `bytes`, which would end the process without a listener.
      body.on('error', () => {});
      const encoding = single(headers['content-encoding']);
      if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
        // A few compressed bytes could become gigabytes.
        body.destroy();
        const shown = JSON.stringify(hide(encoding).slice(0, 40));
        throw failures.format(`content encoding ${shown}, which was not asked for`);
      }
      const bytes = await body.bytes();
      const text = new TextDecoder().decode(bytes);
      return { status: statusCode, headers, text, bytes: bytes.length, hide };
    } catch (error) {
      deadline.signal.throwIfAborted();
      throw connectionFailure(error, failures.oversize(maxBodyBytes));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** What is sent, and what hides its secrets in the answer. */
  async #requestOf(path: string, { headers: own, ...sent }: Sent) {
    const { url, headers, queryParameters } = this.#options;
    const target = new URL(url);
    if (path !== '') target.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
    for (const [name, value] of Object.entries(queryParameters)) target.searchParams.append(name, value);
    const authorization = await this.#authorization();
    const init = {
      ...sent,
      dispatcher: await this.#dispatcher(),
      headers: {
        ...headers,
        ...own,
        'accept-encoding': 'identity',
        ...(authorization === undefined ? {} : { authorization }),
      },
    };
    return { target, init, hide: this.#hide.memo(authorization ?? '') };
  }

  /** Closes all connections, also those in use. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    await this.#agent?.destroy();
  }

  /** The agent for the TLS files as they are now. */
  async #dispatcher(): Promise<Agent> {
    const { onFileTrouble } = this.#options;
    const pem: { ca?: string; cert?: string; key?: string } = {};
    for (const { role, file } of this.#tlsFiles) pem[role] = await readOrKeep(file, onFileTrouble);
    const version = Object.values(pem).join('\n');
    const paths = this.#tlsFiles.map(({ file }) => file.path).join(', ');
    let secureContext: SecureContext | undefined;
    try {
      if (this.#tlsFiles.length > 0 && version !== this.#tlsVersion) secureContext = createSecureContext(pem);
      onFileTrouble(`set of ${paths}`, undefined);
    } catch (error) {
      const message = `the TLS files ${paths} do not make a valid set (${(error as Error).message})`;
      if (this.#agent === undefined)
        throw new RequestFailure(
          'unavailable',
          `is not asked, because ${message}; check that they are PEM and that certificate and key belong together`,
        );
      // During a rotation certificate and key may differ for a moment.
      onFileTrouble(`set of ${paths}`, `${message}; the last valid set goes on being used`);
      return this.#agent;
    }
    if (this.#agent !== undefined && version === this.#tlsVersion) return this.#agent;
    if (this.#isDestroyed) throw new DOMException('the source is no longer in use', 'AbortError');
    // Requests in progress end on the old connections.
    this.#agent?.close();
    this.#tlsVersion = version;
    this.#agent = this.#createAgent(secureContext);
    return this.#agent;
  }

  #createAgent(secureContext: SecureContext | undefined): Agent {
    const { concurrency, timeoutSeconds, maxBodyBytes, tls, isAllowedIp } = this.#options;
    const resolve = this.#options.lookup ?? (lookup as LookupFunction);
    return new Agent({
      connections: concurrency,
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      // `send` has one deadline for the whole request.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16_384,
      maxResponseSize: maxBodyBytes,
      connect: {
        timeout: timeoutSeconds * 1000,
        lookup: isAllowedIp === undefined ? resolve : guardedLookup(resolve, isAllowedIp),
        ...(secureContext && { secureContext }),
        ...(tls?.serverName && { servername: tls.serverName }),
        ...(tls?.insecureSkipVerify && { rejectUnauthorized: false }),
      },
    });
  }
}

/** Resolves names to IP addresses that are allowed, and fails when there are none. */
function guardedLookup(resolve: LookupFunction, isAllowedIp: (ip: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '');
      const addresses = typeof found === 'string' ? [] : found;
      const allowed = addresses.filter(({ address }) => isAllowedIp(address));
      if (allowed.length === 0)
        return callback(
          new RequestFailure(
            'invalid',
            `is not asked, because ${hostname} resolves to no address on the allow-list (a name on it does not cover loopback and link-local addresses); ask the operator to allow it, or use a named source`,
          ),
          '',
        );
      if (options.all) return callback(null, allowed);
      return callback(null, allowed[0]!.address, allowed[0]!.family);
    });
  };
}
