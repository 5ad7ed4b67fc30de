import { parse } from 'yaml';
import { loadConfig } from '../../../../scaler/config/load.js';
import { parseTrigger } from '../../../../scaler/trigger/parse.js';
import { containersOf, describeObject, type KubernetesObject, podTemplate } from '../kubernetes-object.js';
import { hasService } from './services.js';

/** A trigger of a ScaledObject. */
interface TriggerSpec {
  readonly type: string;
  readonly name?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly authenticationRef?: { readonly name: string };
}

/** The ScaledObjects and HPAs of a rendering. */
export function scalingObjects(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.filter(({ kind }) => kind === 'ScaledObject' || kind === 'HorizontalPodAutoscaler');
}

/** The triggers of a ScaledObject that the scaler answers. */
export function predictiveTriggers({ kind, spec }: KubernetesObject): TriggerSpec[] {
  if (kind !== 'ScaledObject') return [];
  return (spec.triggers as TriggerSpec[]).filter(({ type }) => type.startsWith('external'));
}

/**
 * Each Deployment has one owner of its replicas: a ScaledObject, an HPA, or its own `replicas`, which would otherwise
 * put back at each apply what was scaled. What is scaled on processor or memory requests them.
 */
export function checkOwners(objects: readonly KubernetesObject[]): string[] {
  const problems: string[] = [];
  const scaling = scalingObjects(objects);
  for (const deployment of objects.filter(({ kind }) => kind === 'Deployment')) {
    const owners = scaling.filter(
      ({ metadata, spec }) =>
        metadata.namespace === deployment.metadata.namespace &&
        spec.scaleTargetRef.name === deployment.metadata.name &&
        (spec.scaleTargetRef.kind ?? 'Deployment') === 'Deployment',
    );
    const fixed = deployment.spec.replicas !== undefined;
    if (owners.length + Number(fixed) !== 1)
      problems.push(
        `${describeObject(deployment)} has ${owners.length + Number(fixed)} owners of its replicas: ` +
          [...owners.map(describeObject), ...(fixed ? ['itself'] : [])].join(', '),
      );
    const requests = containersOf(podTemplate(deployment)!).map(({ resources }) => resources?.requests ?? {});
    for (const resource of owners.flatMap(resourcesUsed))
      if (requests.some((each) => each[resource] === undefined))
        problems.push(`${describeObject(deployment)} is scaled on ${resource} and does not request it`);
  }
  for (const object of scaling) {
    const { name } = object.spec.scaleTargetRef;
    const target = objects.find(
      ({ kind, metadata }) =>
        kind === 'Deployment' && metadata.name === name && metadata.namespace === object.metadata.namespace,
    );
    if (target === undefined) problems.push(`${describeObject(object)} scales ${name}, which does not exist`);
  }
  return problems;
}

/**
 * Where a pod always stays, KEDA polls for nothing but the scaling from zero that never happens, and its admission
 * webhook warns of a `pollingInterval`.
 */
export function checkPolling(objects: readonly KubernetesObject[]): string[] {
  return objects
    .filter(
      ({ kind, spec }) =>
        kind === 'ScaledObject' &&
        spec.pollingInterval !== undefined &&
        spec.minReplicaCount >= 1 &&
        spec.idleReplicaCount === undefined,
    )
    .map((object) => `${describeObject(object)} has a pollingInterval and always a replica`);
}

function resourcesUsed({ kind, spec }: KubernetesObject): string[] {
  if (kind === 'ScaledObject')
    return (spec.triggers as TriggerSpec[])
      .map(({ type }) => type)
      .filter((type) => /^(cpu|memory)$/.test(type));
  return spec.metrics.map(({ resource }: { resource: { name: string } }) => resource.name);
}

/**
 * Every trigger for the scaler has a Service's gRPC port as its address, the one that the scaler advertises, metadata that the scaler's own parser takes
 * without a notice, calendars that the scaler's configuration has, and, with an `authenticationRef`, a TriggerAuthentication in its namespace.
 */
export function checkTriggers(objects: readonly KubernetesObject[]): string[] {
  const problems: string[] = [];
  const { sources } = loadConfig({ environment: { SCALER_PROMETHEUS_ADDRESS: 'http://prometheus:9090' } });
  const context = { ...sources, calendars: calendarsOf(objects) };
  const advertised = objects
    .filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'predictive-scaler')
    .flatMap((scaler) => containersOf(podTemplate(scaler)!))
    .flatMap(({ env = [] }) => env)
    .find(({ name }) => name === 'SCALER_GRPC_ADVERTISED_ADDRESS')?.value;
  for (const object of objects)
    for (const { metadata, authenticationRef } of predictiveTriggers(object)) {
      const { name, namespace } = object.metadata;
      const [host, port] = (metadata.scalerAddress ?? '').split(':');
      if (!hasService(objects, host!, Number(port)))
        problems.push(`${describeObject(object)}: ${metadata.scalerAddress} is no Service's address`);
      if (advertised !== metadata.scalerAddress)
        problems.push(
          `${describeObject(object)}: the scaler advertises ${advertised}, not ${metadata.scalerAddress}`,
        );
      try {
        const trigger = parseTrigger({ name, namespace: namespace!, scalerMetadata: metadata }, context);
        problems.push(...trigger.notices.map((notice) => `${describeObject(object)}: ${notice}`));
      } catch (error) {
        problems.push(`${describeObject(object)}: ${(error as Error).message}`);
      }
      if (
        authenticationRef !== undefined &&
        !objects.some(
          ({ kind, metadata: found }) =>
            kind === 'TriggerAuthentication' &&
            found.name === authenticationRef.name &&
            found.namespace === namespace,
        )
      )
        problems.push(
          `${describeObject(object)}: there is no TriggerAuthentication ${authenticationRef.name}`,
        );
    }
  return problems;
}

/** Names of the calendars in the scaler's configuration file. */
function calendarsOf(objects: readonly KubernetesObject[]): string[] {
  const file = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'predictive-scaler',
  );
  return Object.keys(parse(file?.data?.['scaler.yaml'] ?? '{}').calendars ?? {});
}
