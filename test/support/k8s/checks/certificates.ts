import { describeObject, type KubernetesObject, podTemplate } from '../kubernetes-object.js';
import { predictiveTriggers } from './scaling.js';

/** Keys that cert-manager writes. */
const certificateKeys = ['ca.crt', 'tls.crt', 'tls.key'];
/** What KEDA reads for the connection to an external scaler. */
const kedaParameters = ['caCert', 'tlsClientCert', 'tlsClientKey'];

/**
 * TriggerAuthentications take the parameters of an external scaler from Secrets of Certificates; issuers exist; and
 * the scaler's certificate, where there is one, carries the name that every trigger calls, and is for clients too where
 * replicas show it to each other.
 */
export function checkCertificates(objects: readonly KubernetesObject[]): string[] {
  const problems: string[] = [];
  const certificates = objects.filter(({ kind }) => kind === 'Certificate');
  for (const object of objects.filter(({ kind }) => kind === 'TriggerAuthentication')) {
    const targets = object.spec.secretTargetRef as { parameter: string; name: string; key: string }[];
    const parameters = targets.map(({ parameter }) => parameter).sort();
    if (parameters.join() !== kedaParameters.join())
      problems.push(`${describeObject(object)} sets ${parameters}; KEDA reads ${kedaParameters}`);
    for (const { name, key } of targets) {
      const made = certificates.some(
        ({ metadata, spec }) => metadata.namespace === object.metadata.namespace && spec.secretName === name,
      );
      if (!made || !certificateKeys.includes(key))
        problems.push(`${describeObject(object)}: no Certificate makes ${name} with the key ${key}`);
    }
  }
  for (const certificate of certificates) {
    const { kind: wanted, name } = certificate.spec.issuerRef;
    if (!objects.some(({ kind, metadata }) => kind === wanted && metadata.name === name))
      problems.push(`${describeObject(certificate)}: there is no ${wanted} ${name}`);
    if (!certificate.spec.usages?.includes('server auth')) continue;
    const isShownToReplicas = objects.some((object) => isMutualReplica(object, certificate));
    if (isShownToReplicas && !certificate.spec.usages.includes('client auth'))
      problems.push(`${describeObject(certificate)} is not for clients, and replicas show it to each other`);
    for (const object of objects)
      for (const { metadata } of predictiveTriggers(object)) {
        const host = metadata.scalerAddress!.split(':')[0];
        if (!certificate.spec.dnsNames.includes(host))
          problems.push(
            `${describeObject(certificate)} is not for ${host}, which ${describeObject(object)} calls`,
          );
      }
  }
  return problems;
}

/** Whether the pods of an object serve with a certificate, ask callers for theirs, and call each other. */
function isMutualReplica(object: KubernetesObject, { metadata, spec }: KubernetesObject): boolean {
  const pod = podTemplate(object)?.spec;
  if (pod === undefined || object.metadata.namespace !== metadata.namespace) return false;
  const variables = pod.containers.flatMap(({ env = [] }) => env.map(({ name }) => name));
  return (
    variables.includes('SCALER_GRPC_CLIENT_CA_FILE') &&
    variables.includes('SCALER_REPLICAS_ADDRESS') &&
    (pod.volumes ?? []).some(({ secret }) => secret?.secretName === spec.secretName)
  );
}
