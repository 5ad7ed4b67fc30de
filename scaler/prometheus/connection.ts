import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Agent, type Dispatcher, request } from 'undici';
import { type Hide, hideSent } from '../shared/redact.js';
import { WatchedFile } from '../shared/watched-file.js';
import { credentialsOf, type OnFileTrouble, readOrKeep } from './credentials.js';
import { RequestFailure } from './request-failure.js';
import type { SourceConfig } from './source-config.js';

/** Where requests go and what goes with each of them. */
export interface ConnectionOptions
  extends Pick<
    SourceConfig,
    | 'basic'
    | 'bearer'
    | 'tls'
    | 'headers'
    | 'queryParameters'
    | 'concurrency'
    | 'timeoutSeconds'
    | 'maxBodyBytes'
  > {
  /** Base address, http or https. */
  readonly url: URL;
  /** Which IP addresses the host may resolve to; every one when undefined. */
  readonly isAllowedIp?: ((ip: string) => boolean) | undefined;
  /** Resolves host names; node:dns `lookup` when undefined. */
  readonly lookup?: LookupFunction | undefined;
  readonly onFileTrouble: OnFileTrouble;
}

/** Milliseconds that an idle connection is kept: longer than KEDA's usual 15 and 30 s between two polls. */
const keepAliveMilliseconds = 40_000;

/**
 * Connections to one address. Credentials, TLS and the check of IP addresses belong to it, so they cannot reach
 * another host: redirects are not followed, and a name is resolved in the same act that connects, which leaves no
 * moment between the check of an IP address and its use.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #authorization: () => Promise<string | undefined>;
  readonly #tlsFiles: readonly { readonly role: 'ca' | 'cert' | 'key'; readonly file: WatchedFile }[];
  #agent: Agent | undefined;
  #tlsVersion = '';
  /** What was hidden last, and the Authorization header that it is made for. */
  #hiding: { readonly authorization: string | undefined; readonly hide: Hide } | undefined;
  #isDestroyed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#authorization = credentialsOf(options, options.onFileTrouble);
    const { caFile, certFile, keyFile } = options.tls ?? {};
    this.#tlsFiles = [
      { role: 'ca' as const, path: caFile },
      { role: 'cert' as const, path: certFile },
      { role: 'key' as const, path: keyFile },
    ].flatMap(({ role, path }) => (path === undefined ? [] : [{ role, file: new WatchedFile(path) }]));
  }

  /**
   * Sends a form by POST to a path below the base address.
   * @returns the response, and what hides in its text the secrets that went with the request.
   * @throws RequestFailure when a file that is needed cannot be read; undici's or Node.js' errors otherwise.
   */
  async post(
    path: string,
    form: URLSearchParams,
    signal: AbortSignal,
  ): Promise<{ response: Dispatcher.ResponseData; hide: Hide }> {
    const { url, headers, queryParameters } = this.#options;
    const target = new URL(url);
    target.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
    for (const [name, value] of Object.entries(queryParameters)) target.searchParams.append(name, value);
    const authorization = await this.#authorization();
    const dispatcher = await this.#dispatcher();
    signal.throwIfAborted();
    const response = await request(target, {
      method: 'POST',
      body: form.toString(),
      dispatcher,
      signal,
      headers: {
        ...headers,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(authorization === undefined ? {} : { authorization }),
      },
    });
    return { response, hide: this.#hideFor(authorization) };
  }

  #hideFor(authorization: string | undefined): Hide {
    if (this.#hiding === undefined || this.#hiding.authorization !== authorization) {
      const { headers, queryParameters } = this.#options;
      this.#hiding = { authorization, hide: hideSent({ authorization, headers, queryParameters }) };
    }
    return this.#hiding.hide;
  }

  /** Closes every connection, also those in use. */
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
      // Half-way through a rotation certificate and key differ for a moment.
      onFileTrouble(`set of ${paths}`, `${message}; the last valid set goes on being used`);
      return this.#agent;
    }
    if (this.#agent !== undefined && version === this.#tlsVersion) return this.#agent;
    if (this.#isDestroyed) throw new DOMException('the source is no longer in use', 'AbortError');
    // Requests under way end on the old connections.
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
      pipelining: 1,
      keepAliveTimeout: keepAliveMilliseconds,
      // One deadline for the whole request is kept by its sender.
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

/** Resolves names to those of their IP addresses that are allowed, and fails when none is. */
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
