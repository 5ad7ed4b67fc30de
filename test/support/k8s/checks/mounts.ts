import { containersOf, describeObject, type KubernetesObject, podTemplate } from '../kubernetes-object.js';

/** `namespace/name` of Secrets made at install, each with its keys. */
export type InstalledSecrets = Readonly<Record<string, readonly string[]>>;

/**
 * Pods mount volumes that are there, from ConfigMaps that are rendered and Secrets that the install or a Certificate
 * makes; variables take keys that those Secrets have; accounts exist.
 */
export function checkMounts(objects: readonly KubernetesObject[], secrets: InstalledSecrets): string[] {
  const problems: string[] = [];
  const has = (wanted: string, namespace: string | undefined, name: string) =>
    objects.some(
      ({ kind, metadata }) => kind === wanted && metadata.namespace === namespace && metadata.name === name,
    );
  const certificateSecrets = objects
    .filter(({ kind }) => kind === 'Certificate')
    .map(({ metadata, spec }) => `${metadata.namespace}/${spec.secretName}`);
  for (const object of objects) {
    const template = podTemplate(object);
    if (template === undefined) continue;
    const { namespace } = object.metadata;
    const complain = (what: string) => problems.push(`${describeObject(object)}: ${what}`);
    const volumes = template.spec.volumes ?? [];
    const claims: string[] = (object.spec.volumeClaimTemplates ?? []).map(
      ({ metadata }: KubernetesObject) => metadata.name,
    );
    for (const { name, configMap, secret } of volumes) {
      if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) complain(`the volume ${name} is no DNS label`);
      if (configMap !== undefined && !has('ConfigMap', namespace, configMap.name))
        complain(`there is no ConfigMap ${configMap.name}`);
      if (secret !== undefined && !certificateSecrets.includes(`${namespace}/${secret.secretName}`))
        complain(`nothing makes the Secret ${secret.secretName}`);
    }
    for (const { volumeMounts = [], env = [] } of containersOf(template)) {
      for (const { name } of volumeMounts)
        if (![...volumes.map((volume) => volume.name), ...claims].includes(name))
          complain(`there is no volume ${name}`);
      for (const { valueFrom } of env) {
        if (valueFrom === undefined) continue;
        const { name, key, optional } = valueFrom.secretKeyRef;
        if (optional) continue;
        if (!secrets[`${namespace}/${name}`]?.includes(key))
          complain(`the install makes no Secret ${name} with the key ${key} in ${namespace}`);
      }
    }
    const account = template.spec.serviceAccountName;
    if (account !== undefined && !has('ServiceAccount', namespace, account))
      complain(`there is no ServiceAccount ${account}`);
  }
  return problems;
}
