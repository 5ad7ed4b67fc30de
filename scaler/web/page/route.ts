import type { TriggerSummary } from '../api/contract.js';

/** Where the viewer is: kept behind the `#`, so that the page works under any path that a proxy gives it. */
export type Route =
  | { readonly view: 'overview'; readonly parameters: URLSearchParams }
  | { readonly view: 'trigger'; readonly namespace: string; readonly name: string; readonly metric: string };

/** The route of a location's hash; the overview where it names no trigger. */
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

/** Names as a path. Half a surrogate pair, which no address can hold, becomes U+FFFD. */
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
