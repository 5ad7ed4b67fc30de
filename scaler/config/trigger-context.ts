import type { SourcesConfig } from '../prometheus/source-config.js';
import { address as triggerAddress } from '../trigger/forms.js';
import type { TriggerContext } from '../trigger/source.js';

/** What parsing a trigger needs of the configuration. */
export function triggerContext(sources: SourcesConfig): TriggerContext {
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
  // Two sources at one address have different credentials or headers, and the address does not say which is meant.
  for (const address of shared) sourceByAddress.delete(address);
  return { defaultSource: sources.default, sourceNames: new Set(names), sourceNamespaces, sourceByAddress };
}
