import { createHash } from 'node:crypto';
import { ScalerError } from '../errors.js';
import { show } from '../show.js';
import type { TriggerSource } from '../trigger.js';
import { AddressAllowList, shown } from './address-allow-list.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { Notices } from './notices.js';
import { type HistoryObserver, silentObserver } from './observer.js';
import { PrometheusApi } from './prometheus-api.js';
import { PrometheusSource } from './prometheus-source.js';
import {
  headersSchema,
  queryParametersSchema,
  type SourceLimits,
  type SourcesConfig,
} from './source-config.js';
import type { HistorySource, HistorySources, OpenSource } from './types.js';

type AddressSource = Extract<TriggerSource, { kind: 'address' }>;

interface Entry {
  readonly history: HistorySource;
  readonly api: PrometheusApi;
  users: number;
}

/** What makes one source, named or not. */
interface Recipe {
  readonly key: string;
  readonly where: string;
  readonly limits: SourceLimits;
  readonly connection: Omit<ConnectionOptions, 'onFileTrouble' | 'concurrency' | 'timeoutSeconds'>;
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
  readonly #lookup: ConnectionOptions['lookup'];
  readonly #machineSeconds: (() => number) | undefined;
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
    this.#lookup = lookup;
    this.#machineSeconds = machineSeconds;
  }

  open(source: TriggerSource): OpenSource {
    const recipe = source.kind === 'named' ? this.#named(source.name) : this.#address(source);
    const entry = this.#entries.get(recipe.key) ?? this.#create(recipe);
    entry.users++;
    let isReleased = false;
    return {
      key: recipe.key,
      history: entry.history,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        if (--entry.users > 0) return;
        this.#entries.delete(recipe.key);
        void entry.api.close();
      },
    };
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
    const { basic, bearer, tls, headers, queryParameters, namespaces: _, ...limits } = config;
    const url = new URL(config.address);
    return {
      key: name,
      where: `Prometheus source "${name}" (${shown(url)})`,
      limits,
      connection: { url, basic, bearer, tls, headers, queryParameters, lookup: this.#lookup },
    };
  }

  #address({ address, headers, queryParameters, unsafeSsl }: AddressSource): Recipe {
    const { url, isAllowedIp } = this.#allowList.admit(address);
    for (const [field, schema, value] of [
      ['header', headersSchema, headers],
      ['query parameter', queryParametersSchema, queryParameters],
    ] as const) {
      const issue = schema.safeParse(value).error?.issues[0];
      if (issue !== undefined)
        throw new ScalerError(
          'invalid',
          `the ${field} ${issue.path.join('.')} cannot be used: ${issueText(issue)}`,
        );
    }
    const tls = unsafeSsl ? { insecureSkipVerify: true } : undefined;
    const limits = this.#config.addressLimits;
    return {
      key: addressKey(url, headers, queryParameters, unsafeSsl),
      where: `Prometheus at ${shown(url)}`,
      limits,
      connection: { url, isAllowedIp, tls, headers, queryParameters, lookup: this.#lookup },
    };
  }

  #create({ key, where, limits, connection }: Recipe): Entry {
    const notices = new Notices(key, this.#observer);
    const onFileTrouble = (path: string, message: string | undefined): void =>
      notices.report('files', message, path);
    const api = new PrometheusApi({
      ...limits,
      where,
      notices,
      machineSeconds: this.#machineSeconds,
      connection: new Connection({ ...limits, ...connection, onFileTrouble }),
    });
    const { resolutionSeconds } = limits;
    const entry = {
      api,
      history: new PrometheusSource({ api, notices, where, resolutionSeconds }),
      users: 0,
    };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** Headers and parameters may hold secrets, and a key is shown: so only a digest of them goes into it. */
function addressKey(
  url: URL,
  headers: Readonly<Record<string, string>>,
  queryParameters: Readonly<Record<string, string>>,
  unsafeSsl: boolean,
): string {
  const byName = (fields: Readonly<Record<string, string>>) =>
    Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const extras = JSON.stringify([url.href, byName(headers), byName(queryParameters), unsafeSsl]);
  return `${shown(url)}#${createHash('sha256').update(extras).digest('hex').slice(0, 12)}`;
}

/** What is wrong with a name (whose own check is nested in the issue) or a value. */
function issueText(issue: { message: string; issues?: readonly { message: string }[] }): string {
  return issue.issues?.[0]?.message ?? issue.message;
}
