import { containersOf, describeObject, type KubernetesObject, podTemplate } from '../kubernetes-object.js';
import { selects } from './services.js';

interface Peer {
  readonly namespaceSelector?: { readonly matchLabels: Record<string, string> };
  readonly podSelector?: { readonly matchLabels: Record<string, string> };
  readonly ipBlock?: object;
}

/** Namespaces and pods of other installations that policies may name. */
const namespacesOfOthers = ['kube-system', 'keda'];

/**
 * Every NetworkPolicy selects pods, names ports that these have, and lets in and out peers that exist.
 *
 * @param othersPods labels of pods that other installations run in a namespace of ours
 */
export function checkNetworkPolicies(
  objects: readonly KubernetesObject[],
  othersPods: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): string[] {
  const problems: string[] = [];
  const namespaces = [
    ...objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name),
    ...namespacesOfOthers,
    ...Object.keys(othersPods),
  ];
  const pods = (namespace: string | undefined, labels: Record<string, string>) =>
    objects.filter(
      (object) =>
        object.metadata.namespace === namespace && selects(labels, podTemplate(object)?.metadata.labels),
    );
  for (const policy of objects.filter(({ kind }) => kind === 'NetworkPolicy')) {
    const complain = (what: string) => problems.push(`${describeObject(policy)}: ${what}`);
    const targets = pods(policy.metadata.namespace, policy.spec.podSelector.matchLabels);
    if (targets.length === 0) complain('selects no pods');
    const targetPorts = targets.flatMap((target) =>
      containersOf(podTemplate(target)!).flatMap(({ ports = [] }) => ports.map(({ name }) => name)),
    );
    for (const { ports } of policy.spec.ingress)
      for (const { port } of ports)
        if (!targetPorts.includes(port)) complain(`lets in to the port ${port}, which its pods lack`);
    const peers: Peer[] = [
      ...policy.spec.ingress.flatMap(({ from }: { from: Peer[] }) => from),
      ...(policy.spec.egress ?? []).flatMap(({ to }: { to: Peer[] }) => to),
    ];
    for (const { namespaceSelector, podSelector, ipBlock } of peers) {
      if (ipBlock !== undefined) continue;
      const namespace =
        namespaceSelector === undefined
          ? policy.metadata.namespace
          : namespaceSelector.matchLabels['kubernetes.io/metadata.name'];
      if (namespace === undefined || !namespaces.includes(namespace))
        complain(`names the namespace ${namespace}, which does not exist`);
      const labels = podSelector?.matchLabels;
      const found =
        labels === undefined ||
        pods(namespace, labels).length > 0 ||
        selects(labels, othersPods[String(namespace)]);
      if (!found) complain(`no pod in ${namespace} has the labels ${JSON.stringify(labels)}`);
    }
  }
  return problems;
}
