import { createHash } from 'node:crypto';
import { AddressAllowList, shown } from '../prometheus/address-allow-list.js';
import type { ConnectionOptions } from '../prometheus/connection.js';
import { type HistoryObserver, Notices, silentObserver } from '../prometheus/observer.js';
import { PrometheusApi, type PrometheusApiOptions } from '../prometheus/prometheus-api.js';
import { type SourceLimits, type SourcesConfig, sourceLimitsSchema } from '../prometheus/source-config.js';
import { ScalerError } from '../shared/errors.js';
import { FairQueue } from '../shared/fair-queue.js';
import { messageOf } from '../shared/problems.js';
import { headersSchema, queryParametersSchema } from '../shared/request-fields.js';
import { show } from '../shared/show.js';
import type { TriggerSource } from '../trigger/trigger.js';
import { PrometheusSource } from './prometheus-source.js';
import type { HistorySource, HistorySources, OpenSource } from './types.js';

type AddressSource = Extract<TriggerSource, { kind: 'address' }>;

/** What holds for an address that a trigger brings along. */
const defaultLimits: SourceLimits = sourceLimitsSchema.parse({});

/** Addresses, each with its headers and parameters, that one namespace may use at once: connections are kept for each. */
const mostAddressesPerNamespace = 32;

/** What makes one source, named or not. */
interface Recipe extends SourceLimits, Omit<PrometheusApiOptions, 'notices' | 'queue'> {
  readonly key: string;
  /** Sources of one origin share their places at the server; undefined for a source with places of its own. */
  readonly origin: string | undefined;
}

interface Entry extends Pick<Recipe, 'origin'> {
  readonly history: HistorySource;
  readonly api: PrometheusApi;
  /** Where its requests wait. */
  readonly queue: FairQueue;
  /** How often each namespace uses it. */
  readonly users: Map<string, number>;
}

/**
 * Every Prometheus that triggers may ask: the named sources of the configuration, and addresses on its allow-list.
 * Connections, limits and breaker of a source are shared by all triggers that use it and go when the last one goes.
 *
 * An address never gets the credentials of a named source, also not when it is the same server: whoever may write a
 * trigger could otherwise combine the operator's credentials with headers of their own.
 */
export class Sources implements HistorySources {
  readonly #config: SourcesConfig;
  readonly #allowList: AddressAllowList;
  readonly #observer: HistoryObserver;
  /** What is the same for every source. */
  readonly #own: Pick<PrometheusApiOptions, 'lookup' | 'machineSeconds'>;
  readonly #entries = new Map<string, Entry>();

  /**
   * @param lookup resolves host names; node:dns when undefined.
   * @param machineSeconds this machine's clock in epoch seconds; Date.now() when undefined.
   * @throws ScalerError of kind `invalid` when an entry of the allow-list is not of the accepted form.
   */
  constructor(
    config: SourcesConfig,
    observer: HistoryObserver = silentObserver,
    lookup?: ConnectionOptions['lookup'],
    machineSeconds?: () => number,
  ) {
    this.#config = config;
    this.#allowList = new AddressAllowList(config.allowedAddresses);
    this.#observer = observer;
    this.#own = { lookup, machineSeconds };
  }

  open(source: TriggerSource, namespace = ''): OpenSource {
    const recipe = source.kind === 'named' ? this.#named(source.name) : this.#address(source);
    const { key } = recipe;
    if (recipe.origin !== undefined) this.#checkAddresses(key, namespace);
    const entry = this.#entries.get(key) ?? this.#create(recipe);
    const { users } = entry;
    users.set(namespace, (users.get(namespace) ?? 0) + 1);
    let isReleased = false;
    return {
      key,
      history: entry.history,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        const left = users.get(namespace)! - 1;
        if (left > 0) users.set(namespace, left);
        else users.delete(namespace);
        if (users.size > 0) return;
        this.#entries.delete(key);
        void entry.api.close();
      },
    };
  }

  /** @throws ScalerError when the namespace would use too many addresses. */
  #checkAddresses(key: string, namespace: string): void {
    if (this.#entries.get(key)?.users.has(namespace)) return;
    let addresses = 0;
    for (const { origin, users } of this.#entries.values())
      if (origin !== undefined && users.has(namespace)) addresses++;
    if (addresses >= mostAddressesPerNamespace)
      throw new ScalerError(
        'rejected',
        `namespace ${namespace} uses ${mostAddressesPerNamespace} addresses already, counting each with its headers and parameters; use fewer, or ask the operator for a named source`,
      );
  }

  /** Closes every connection; requests under way fail. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map(({ api }) => api.close()));
  }

  #named(name: string): Recipe {
    const { named } = this.#config;
    const config = Object.hasOwn(named, name) ? named[name] : undefined;
    if (config === undefined) {
      const names = Object.keys(named).sort().join(', ') || 'none';
      throw new ScalerError(
        'invalid',
        `there is no source named ${show(name)} in the scaler's configuration; known sources: ${names}`,
      );
    }
    const url = new URL(config.address);
    const where = `Prometheus source "${name}" (${shown(url)})`;
    return { ...config, ...this.#own, key: name, origin: undefined, where, url };
  }

  #address({ address, headers, queryParameters }: AddressSource): Recipe {
    const { url, isAllowedIp } = this.#allowList.admit(address);
    for (const [field, schema, value] of [
      ['header', headersSchema, headers],
      ['query parameter', queryParametersSchema, queryParameters],
    ] as const) {
      const issue = schema.safeParse(value).error?.issues[0];
      if (issue !== undefined)
        throw new ScalerError(
          'invalid',
          `the ${field} ${issue.path.join('.')} cannot be used: ${messageOf(issue)}`,
        );
    }
    return {
      ...(this.#config.addressLimits ?? defaultLimits),
      ...this.#own,
      key: addressKey(url, headers, queryParameters),
      origin: url.origin,
      where: `Prometheus at ${shown(url)}`,
      url,
      isAllowedIp,
      headers,
      queryParameters,
    };
  }

  #create({ key, origin, ...options }: Recipe): Entry {
    const { where, resolutionSeconds, concurrency } = options;
    const notices = new Notices(key, this.#observer);
    // Sources of one origin share their places: other headers must not give a namespace more of them at a server.
    const sameOrigin =
      origin === undefined ? undefined : [...this.#entries.values()].find((entry) => entry.origin === origin);
    const queue = sameOrigin?.queue ?? new FairQueue(concurrency);
    const api = new PrometheusApi({ ...options, notices, queue });
    const history = new PrometheusSource({ api, notices, where, resolutionSeconds });
    const entry = { api, queue, origin, history, users: new Map<string, number>() };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** Headers and parameters may hold secrets, and a key is shown: so only a digest of them goes into it. */
function addressKey(
  url: URL,
  headers: Readonly<Record<string, string>>,
  queryParameters: Readonly<Record<string, string>>,
): string {
  const byName = (fields: Readonly<Record<string, string>>) =>
    Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const extras = JSON.stringify([url.href, byName(headers), byName(queryParameters)]);
  return `${shown(url)}#${createHash('sha256').update(extras).digest('hex').slice(0, 12)}`;
}
