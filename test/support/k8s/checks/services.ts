import { containersOf, describeObject, type KubernetesObject, podTemplate } from '../kubernetes-object.js';

/** Services that other installations make: `namespace/name` and its ports. */
const servicesOfOthers: Record<string, number[]> = {
  // The Prometheus Operator makes it for each Prometheus that it runs.
  'monitoring/prometheus-operated': [9090],
};

/** Whether pods with these labels are selected. */
export function selects(
  selector: Record<string, string>,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** The objects whose pods a Service selects. */
function selectedBy(service: KubernetesObject, objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.filter((object) => {
    const template = podTemplate(object);
    return (
      template !== undefined &&
      object.metadata.namespace === service.metadata.namespace &&
      selects(service.spec.selector, template.metadata.labels)
    );
  });
}

/** Services select the pods of exactly one workload, at ports that these have; probes ask ports that are there. */
export function checkServices(objects: readonly KubernetesObject[]): string[] {
  const problems: string[] = [];
  for (const service of objects.filter(({ kind }) => kind === 'Service')) {
    const selected = selectedBy(service, objects);
    if (selected.length !== 1)
      problems.push(`${describeObject(service)} selects the pods of ${selected.length} workloads`);
    const ports = selected.flatMap((each) => portNames(each));
    for (const { targetPort } of service.spec.ports)
      if (!ports.includes(targetPort))
        problems.push(`${describeObject(service)}: no container has the port ${targetPort}`);
  }
  for (const object of objects)
    for (const container of podTemplate(object)?.spec.containers ?? [])
      for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
        const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
        const known = (container.ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort]);
        if (port !== undefined && !known.includes(port))
          problems.push(
            `${describeObject(object)}: a probe asks the port ${port}, which ${container.name} lacks`,
          );
      }
  return problems;
}

function portNames(object: KubernetesObject): string[] {
  return containersOf(podTemplate(object)!).flatMap(({ ports = [] }) => ports.map(({ name }) => name));
}

/** Every address in an environment variable, an argument or a file of a ConfigMap is a Service with that port. */
export function checkAddresses(objects: readonly KubernetesObject[]): string[] {
  const texts = objects.flatMap((object): [KubernetesObject, string][] => [
    ...(podTemplate(object)?.spec.containers ?? [])
      .flatMap(({ env = [] }) => env.map(({ value = '' }) => value))
      .map((text): [KubernetesObject, string] => [object, text]),
    ...Object.entries(object.data ?? {})
      // Dashboards and scripts hold no addresses of the cluster.
      .filter(([file]) => /\.ya?ml$/.test(file))
      .map(([, text]): [KubernetesObject, string] => [object, text]),
  ]);
  return texts.flatMap(([object, text]) =>
    [...text.matchAll(/https?:\/\/([\w.-]+):(\d+)/g)]
      .filter(([, host]) => host !== 'localhost')
      .filter(([, host, port]) => !hasService(objects, host!, Number(port), object.metadata.namespace))
      .map(([address]) => `${describeObject(object)}: ${address} is no Service's address`),
  );
}

/** Whether `host` (`name`, `name.namespace`, with or without the rest) is a Service that has the port. */
export function hasService(
  objects: readonly KubernetesObject[],
  host: string,
  port: number,
  fromNamespace?: string,
): boolean {
  const [name, namespace = fromNamespace] = host.split('.');
  return (
    servicesOfOthers[`${namespace}/${name}`]?.includes(port) ||
    objects.some(
      ({ kind, metadata, spec }) =>
        kind === 'Service' &&
        metadata.name === name &&
        metadata.namespace === namespace &&
        spec.ports.some((each: { port: number }) => each.port === port),
    )
  );
}

/** Every ServiceMonitor finds Services, at a port that they all have or that at least one of them has. */
export function checkServiceMonitors(objects: readonly KubernetesObject[]): string[] {
  return objects
    .filter(({ kind, metadata }) => kind === 'ServiceMonitor' && metadata.name !== 'keda')
    .flatMap((monitor) => {
      const services = objects.filter(
        ({ kind, metadata }) =>
          kind === 'Service' &&
          monitor.spec.namespaceSelector.matchNames.includes(metadata.namespace) &&
          selects(monitor.spec.selector.matchLabels, metadata.labels),
      );
      return (monitor.spec.endpoints as { port: string }[])
        .filter(({ port }) =>
          services.every(({ spec }) => spec.ports.every((each: { name: string }) => each.name !== port)),
        )
        .map(({ port }) => `${describeObject(monitor)}: no Service that it selects has the port ${port}`);
    });
}
