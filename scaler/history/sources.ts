import { createHash } from 'node:crypto';
import { AddressAllowList, shown } from '../prometheus/address-allow-list.js';
import { type HistoryObserver, Notices, silentObserver } from '../prometheus/observer.js';
import { PrometheusApi, type PrometheusApiOptions } from '../prometheus/prometheus-api.js';
import { type SourceLimits, type SourcesConfig, sourceLimitsSchema } from '../prometheus/source-config.js';
import { invalid, ScalerError } from '../shared/errors.js';
import { show } from '../shared/show.js';
import type { TriggerSource } from '../trigger/trigger.js';
import { PrometheusSource } from './prometheus-source.js';
import type { HistoryProvider, HistoryRequest, TriggerHistory } from './types.js';
import { WindowStore, type WindowStoreOptions } from './window-store.js';

type AddressSource = Extract<TriggerSource, { kind: 'address' }>;

const defaultLimits: SourceLimits = sourceLimitsSchema.parse({});

/** Addresses, counted with their headers and parameters, that a namespace may use: each has its own connections. */
const MOST_ADDRESSES_PER_NAMESPACE = 32;

/** What makes one source, named or not. */
interface Recipe
  extends SourceLimits,
    Omit<PrometheusApiOptions, 'notices' | 'queue' | 'lookup' | 'machineSeconds'> {
  readonly key: string;
  /** Sources of one origin share their places at the server; undefined for a named source, which has its own. */
  readonly origin: string | undefined;
}

interface Entry extends Pick<Recipe, 'origin'> {
  readonly windows: WindowStore;
  readonly api: PrometheusApi;
}

/** How sources are read. */
export interface SourcesOptions
  extends WindowStoreOptions,
    Pick<PrometheusApiOptions, 'lookup' | 'machineSeconds'> {
  /** Limits for each address that a trigger brings along. @default those of a named source */
  readonly addressLimits?: SourceLimits;
}

/**
 * Every Prometheus that triggers may ask: the named sources of the configuration, and addresses on its allow-list. A
 * source, with its connections, limits, breaker and windows, lives from the first window of a trigger to the last.
 *
 * An address never gets the credentials of a named source, even if it is the same server: the author of a trigger could
 * otherwise combine them with headers of their own.
 */
export class Sources implements HistoryProvider {
  readonly #config: SourcesConfig;
  readonly #allowList: AddressAllowList;
  readonly #observer: HistoryObserver;
  readonly #options: SourcesOptions;
  readonly #entries = new Map<string, Entry>();

  /** @throws ScalerError of kind `invalid` when an entry of the allow-list is not of the accepted form. */
  constructor(config: SourcesConfig, observer = silentObserver, options: SourcesOptions = {}) {
    this.#config = config;
    this.#allowList = new AddressAllowList(config.allowedAddresses);
    this.#observer = observer;
    this.#options = options;
  }

  window(request: HistoryRequest): TriggerHistory {
    return this.open(request.source, request.namespace).window(request);
  }

  /** The source of a trigger, not connected yet. Errors as for `window`. @param namespace that uses it */
  open(source: TriggerSource, namespace = ''): WindowStore {
    const recipe = source.kind === 'named' ? this.#named(source.name) : this.#address(source);
    if (recipe.origin !== undefined) this.#checkAddresses(recipe.key, namespace);
    return (this.#entries.get(recipe.key) ?? this.#create(recipe)).windows;
  }

  /** @throws ScalerError when the namespace would use too many addresses. */
  #checkAddresses(key: string, namespace: string): void {
    if (this.#entries.get(key)?.windows.isUsedBy(namespace)) return;
    const addresses = [...this.#entries.values()].filter(
      ({ origin, windows }) => origin !== undefined && windows.isUsedBy(namespace),
    );
    if (addresses.length >= MOST_ADDRESSES_PER_NAMESPACE)
      throw new ScalerError(
        'rejected',
        `namespace ${namespace} uses ${MOST_ADDRESSES_PER_NAMESPACE} addresses already, counting each with its headers and parameters; use fewer, or ask the operator for a named source`,
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
      throw invalid(
        `there is no source named ${show(name)} in the scaler's configuration; known sources: ${names}`,
      );
    }
    const url = new URL(config.address);
    const where = `Prometheus source "${name}" (${shown(url)})`;
    return { ...config, key: name, origin: undefined, where, url };
  }

  #address(source: AddressSource): Recipe {
    const { url, isAllowedIp } = this.#allowList.admit(source.address);
    return {
      ...(this.#options.addressLimits ?? defaultLimits),
      key: addressKey(url, source),
      origin: url.origin,
      where: `Prometheus at ${shown(url)}`,
      url,
      isAllowedIp,
      headers: source.headers,
      queryParameters: source.queryParameters,
    };
  }

  #create({ key, origin, ...recipe }: Recipe): Entry {
    const { lookup, machineSeconds } = this.#options;
    const notices = new Notices(key, this.#observer);
    // Other headers must not give a namespace more places at a server.
    const sameOrigin =
      origin === undefined ? undefined : [...this.#entries.values()].find((entry) => entry.origin === origin);
    const queue = sameOrigin?.api.queue;
    const api = new PrometheusApi({ ...recipe, lookup, machineSeconds, notices, queue });
    const history = new PrometheusSource(api, recipe.resolutionSeconds);
    const windows = new WindowStore(key, history, this.#options, () => {
      this.#entries.delete(key);
      void api.close();
    });
    const entry = { windows, api, origin };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** A key is shown, and headers and parameters may hold secrets: the key has only a digest of them. */
function addressKey(url: URL, { headers, queryParameters }: AddressSource): string {
  const extras = JSON.stringify([url.href, Object.entries(headers), Object.entries(queryParameters)]);
  return `${shown(url)}#${createHash('sha256').update(extras).digest('hex').slice(0, 12)}`;
}
