import { parse } from 'yaml';
import { describeObject, type KubernetesObject, podTemplate } from './kubernetes-object.js';

interface ScrapeJob {
  readonly job_name: string;
  readonly kubernetes_sd_configs?: readonly {
    readonly role: string;
    readonly namespaces?: { readonly names: string[] };
    /** A label in one of the forms of kubectl's `-l`; here `name in (one, other)`. */
    readonly selectors?: readonly { readonly label: string }[];
  }[];
  readonly relabel_configs?: readonly {
    readonly source_labels: readonly string[];
    readonly regex?: string;
    readonly action?: string;
  }[];
}

/**
 * Which ports of a rendering's pods Prometheus would scrape: its rules for keeping and dropping, applied to the labels
 * that discovery gives the pods.
 *
 * @param configuration the text of prometheus.yml
 * @returns `job: Kind namespace/name, port`, one for each target
 */
export function scrapedPorts(configuration: string, objects: readonly KubernetesObject[]): string[] {
  const { scrape_configs: jobs } = parse(configuration, { merge: true }) as { scrape_configs: ScrapeJob[] };
  return jobs.flatMap(
    ({ job_name, kubernetes_sd_configs: discoveries = [], relabel_configs: rules = [] }) => {
      const ofPods = discoveries.filter(({ role }) => role === 'pod');
      return objects
        .filter((object) =>
          ofPods.some(
            ({ namespaces, selectors = [] }) =>
              (namespaces?.names.includes(object.metadata.namespace ?? '') ?? true) &&
              selectors.every(({ label }) => hasLabel(object, label)),
          ),
        )
        .flatMap((object) =>
          (podTemplate(object)?.spec.containers ?? []).flatMap(({ ports = [] }) =>
            ports
              .filter(({ name }) => {
                const labels = discoveredLabels(object, name);
                return rules.every(({ source_labels, regex = '(.*)', action }) => {
                  const value = source_labels.map((label) => labels[label] ?? '').join(';');
                  const matches = new RegExp(`^(?:${regex})$`).test(value);
                  return action === 'keep' ? matches : action === 'drop' ? !matches : true;
                });
              })
              .map(({ name }) => `${job_name}: ${describeObject(object)}, ${name}`),
          ),
        );
    },
  );
}

function hasLabel(object: KubernetesObject, selector: string): boolean {
  const [, name, values] = /^(\S+) in \((.*)\)$/.exec(selector)!;
  return values!.split(', ').includes(podTemplate(object)?.metadata.labels[name!] ?? '');
}

/** @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod */
function discoveredLabels(object: KubernetesObject, port: string): Record<string, string> {
  const labels = Object.entries(podTemplate(object)!.metadata.labels).map(([name, value]) => [
    `__meta_kubernetes_pod_label_${name.replaceAll(/[^\w]/g, '_')}`,
    value,
  ]);
  return {
    ...Object.fromEntries(labels),
    __meta_kubernetes_pod_container_port_name: port,
    __meta_kubernetes_pod_phase: 'Running',
  };
}
