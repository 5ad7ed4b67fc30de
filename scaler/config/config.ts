import type { SourcesConfig } from '../prometheus/source-config.js';
import { address as triggerAddress } from '../trigger/address.js';
import type { TriggerContext } from '../trigger/source.js';
import type { ListenAddress } from './settings.js';

/** Everything that the operator of the scaler can set, checked and complete. Durations are seconds. Frozen. */
export interface ScalerConfig {
  readonly grpc: {
    readonly address: ListenAddress;
    /** undefined for plaintext. Files in PEM, which the server reads again when they change. */
    readonly tls:
      | { readonly certFile: string; readonly keyFile: string; readonly clientCaFile: string | undefined }
      | undefined;
    /** `host:port` as KEDA knows it. */
    readonly advertisedAddress: string;
    readonly maxConnections: number;
  };
  readonly http: {
    readonly address: ListenAddress;
    /** What opens the status page; undefined when it is open to all. Either of the two is enough. */
    readonly auth: PageAuth | undefined;
    /** Whether `/metrics` asks for the same. */
    readonly protectMetrics: boolean;
  };
  readonly sources: SourcesConfig;
  readonly history: {
    /** Folder of the CSV files that triggers name as `bootstrap`. */
    readonly bootstrapFolder: string;
  };
  /** As `PlannerSettings` of the planner. */
  readonly planner: {
    readonly refreshSeconds: number;
    readonly refitSeconds: number;
    readonly maxStalenessSeconds: number;
    readonly firstAnswerWaitSeconds: number;
    readonly idleSeconds: number;
    readonly maxTriggersPerNamespace: number;
    readonly maxStepsPerNamespace: number;
  };
  /** The worker threads that fit models. */
  readonly fitting: {
    readonly threads: number;
    readonly timeoutSeconds: number;
    readonly heapMebibytes: number;
  };
  /** The other replicas of this scaler; the address is undefined where they are not to be asked. */
  readonly replicas: {
    readonly address: { readonly host: string; readonly port: number } | undefined;
    readonly warmUpSeconds: number;
  };
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' };
  /** How long calls in flight may take to finish after SIGTERM. */
  readonly drainSeconds: number;
  /** What was accepted but the operator should know; to be logged at the start. */
  readonly notices: readonly string[];
}

/** Files with the credentials that open the status page. */
export interface PageAuth {
  readonly basic: { readonly username: string; readonly passwordFile: string } | undefined;
  readonly tokenFile: string | undefined;
}

/** What parsing a trigger needs of the configuration. */
export function triggerContext({ sources }: ScalerConfig): TriggerContext {
  const names = Object.keys(sources.named);
  const sourceByAddress = new Map<string, string>();
  const shared = new Set<string>();
  const sourceNamespaces = new Map<string, readonly string[]>();
  for (const name of names) {
    const { namespaces } = sources.named[name]!;
    if (namespaces !== undefined) sourceNamespaces.set(name, namespaces);
    const { address } = triggerAddress(sources.named[name]!.address);
    if (sourceByAddress.has(address)) shared.add(address);
    sourceByAddress.set(address, name);
  }
  // Two sources at one address are two tenants or two sets of credentials: which of them is meant cannot be told.
  for (const address of shared) sourceByAddress.delete(address);
  return { defaultSource: sources.default, sourceNames: new Set(names), sourceNamespaces, sourceByAddress };
}
