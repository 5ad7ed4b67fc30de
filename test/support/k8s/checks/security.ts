import { containersOf, describeObject, type KubernetesObject, podTemplate } from '../kubernetes-object.js';

/** Programs that talk to the Kubernetes API and so need a token. */
const needToken = ['prometheus', 'kube-state-metrics'];
/** Images of others that write beside their volumes. */
const mayWriteRoot = ['rabbitmq'];

/** Every pod runs without root, capabilities or a token to spare, with bounded memory and a read-only root. */
export function checkSecurity(objects: readonly KubernetesObject[]): string[] {
  const problems: string[] = [];
  for (const object of objects) {
    const template = podTemplate(object);
    if (template === undefined) continue;
    const complain = (what: string) => problems.push(`${describeObject(object)}: ${what}`);
    const { securityContext: pod = {}, automountServiceAccountToken } = template.spec;
    if (pod.runAsNonRoot !== true || pod.runAsUser === 0) complain('may run as root');
    if ((pod.seccompProfile as { type?: string })?.type !== 'RuntimeDefault')
      complain('has no seccomp profile');
    if (automountServiceAccountToken !== false && !needToken.includes(object.metadata.name))
      complain('mounts a token that it does not need');
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC'])
      if ((template.spec as Record<string, unknown>)[field] === true) complain(`shares the node by ${field}`);
    for (const { name, securityContext = {}, resources } of containersOf(template)) {
      // What a container says counts more than what its pod says.
      if (securityContext.runAsNonRoot === false || securityContext.runAsUser === 0)
        complain(`${name} may run as root`);
      const seccomp = securityContext.seccompProfile as { type?: string } | undefined;
      if (seccomp !== undefined && seccomp.type !== 'RuntimeDefault')
        complain(`${name} has another seccomp profile`);
      if (securityContext.privileged === true) complain(`${name} is privileged`);
      if (securityContext.allowPrivilegeEscalation !== false) complain(`${name} may gain privileges`);
      if (securityContext.readOnlyRootFilesystem !== true && !mayWriteRoot.includes(name))
        complain(`${name} may write its root file system`);
      const { drop = [], add = [] } = (securityContext.capabilities ?? {}) as {
        drop?: string[];
        add?: string[];
      };
      if (!drop.includes('ALL') || add.length > 0) complain(`${name} keeps capabilities`);
      if (resources?.limits?.memory === undefined || resources.requests?.cpu === undefined)
        complain(`${name} has no memory limit or requests no processor`);
    }
  }
  return problems;
}
