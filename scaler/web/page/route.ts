import type { TriggerSummary } from '../api/contract.js';

/** The current view. It is after the `#`, so that the page works under any path of a proxy. */
export type Route =
  | { readonly view: 'overview'; readonly parameters: URLSearchParams }
  | { readonly view: 'trigger'; readonly namespace: string; readonly name: string; readonly metric: string };

/** The route in the hash of a location; the overview if it names no trigger. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const [, first, ...rest] = path.split('/').map(decode);
  const [namespace, name, metric] = rest;
  if (first === 'triggers' && namespace && name && metric)
    return { view: 'trigger', namespace, name, metric };
  return { view: 'overview', parameters: new URLSearchParams(query) };
}

type Names = Pick<TriggerSummary, 'namespace' | 'scaledObject' | 'metricName'>;

/** The link to a trigger's page. */
export function triggerLink({ namespace, scaledObject, metricName }: Names): string {
  return `#/triggers/${path(namespace, scaledObject, metricName)}`;
}

/** Identifies a trigger. */
export function keyOf({ namespace, scaledObject, metricName }: Names): string {
  return `${namespace}/${scaledObject}/${metricName}`;
}

/** Names as a path. Half surrogate pairs, which no address can hold, become U+FFFD. */
export function path(...names: readonly string[]): string {
  return names.map((name) => encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd'))).join('/');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
