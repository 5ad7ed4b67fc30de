import { describeObject, type KubernetesObject } from '../kubernetes-object.js';
import { predictiveTriggers } from './scaling.js';

/** Keys that cert-manager writes. */
const certificateKeys = ['ca.crt', 'tls.crt', 'tls.key'];
/** What KEDA reads for the connection to an external scaler. */
const kedaParameters = ['caCert', 'tlsClientCert', 'tlsClientKey'];

/**
 * TriggerAuthentications take the parameters of an external scaler from Secrets of Certificates; issuers exist; and
 * the scaler's certificate, where there is one, carries the name that every trigger calls.
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
