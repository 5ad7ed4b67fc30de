import type { Trigger } from '../trigger/trigger.js';

/** Share of pods that start within the measured time. */
const STARTUP_QUANTILE = 0.9;

/**
 * PromQL for how long the pods of a ScaledObject took until they were ready: the 0.9 quantile over the pods of the last
 * seven days. Empty where kube-state-metrics knows none.
 *
 * `kube_pod_status_ready_time` is when readiness last changed, so the earliest value of a pod's first day counts; older
 * releases of kube-state-metrics also have it for pods that are not ready. The target of the HPA owns the pods, itself
 * or through ReplicaSets.
 *
 * @see https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/pod-metrics.md
 */
export function podStartupQuery(trigger: Trigger): string {
  const inNamespace = `namespace=${JSON.stringify(trigger.namespace)}`;
  const target = hpaOf(trigger);
  const owner = rename(
    rename(target, 'scaletargetref_kind', 'owner_kind'),
    'scaletargetref_name',
    'owner_name',
  );
  const ownedBy = (owned: string, owners: string, labels: string) => `${owned} and on (${labels}) ${owners}`;
  const replicaSets = ownedBy(
    `kube_replicaset_owner{${inNamespace}}`,
    owner,
    'namespace, owner_kind, owner_name',
  );
  const pods = [
    ownedBy(`kube_pod_owner{${inNamespace}}`, owner, 'namespace, owner_kind, owner_name'),
    ownedBy(
      `kube_pod_owner{${inNamespace}, owner_kind="ReplicaSet"}`,
      rename(`(${replicaSets})`, 'replicaset', 'owner_name'),
      'namespace, owner_name',
    ),
  ].join(' or ');
  const pod = 'namespace, pod, uid';
  const created = `(max by (${pod}) (kube_pod_created{${inNamespace}}) > time() - 86400)`;
  const ready = `min by (${pod}) (kube_pod_status_ready_time{${inNamespace}})`;
  const startup = [
    `(${ready} - on (${pod}) ${created})`,
    `(kube_pod_status_ready{${inNamespace}, condition="true"} == 1)`,
    `(${pods})`,
  ].join(` and on (${pod}) `);
  return `quantile(${STARTUP_QUANTILE}, min_over_time((${startup})[7d:5m]))`;
}

/**
 * PromQL that is 1 while the load is above what the ready pods of the ScaledObject carry, and 0 otherwise. Empty where
 * kube-state-metrics does not know the target of its HPA, a Deployment or a StatefulSet.
 */
export function overloadQuery(trigger: Trigger): string {
  const { namespace, query, capacity, ignoreNullValues } = trigger;
  const readyOf = (kind: 'Deployment' | 'StatefulSet') => {
    const label = kind.toLowerCase();
    const target = rename(hpaOf(trigger, kind), 'scaletargetref_name', label);
    return `kube_${label}_status_replicas_ready{namespace=${JSON.stringify(namespace)}} and on (namespace, ${label}) ${target}`;
  };
  // Without the line breaks a comment at the end of the query would hide the parenthesis.
  const load = ignoreNullValues ? `((\n${query}\n) or on () vector(0))` : `(\n${query}\n)`;
  return `${load} > bool on () (${capacity} * max(${readyOf('Deployment')} or ${readyOf('StatefulSet')}))`;
}

/**
 * The HPA of a ScaledObject, as one series with namespace and target: by the name that KEDA gives it, or else by the
 * metric that only it has.
 *
 * @see https://github.com/kedacore/keda/blob/main/controllers/keda/hpa.go (getDefaultHpaName)
 */
function hpaOf({ namespace, scaledObject, metricName }: Trigger, kind?: string): string {
  const matchers = [
    `namespace=${JSON.stringify(namespace)}`,
    ...(kind === undefined ? [] : [`scaletargetref_kind=${JSON.stringify(kind)}`]),
  ].join(', ');
  const distinct = (hpas: string) =>
    `max by (namespace, horizontalpodautoscaler, scaletargetref_kind, scaletargetref_name) (${hpas})`;
  const byName = distinct(
    `kube_horizontalpodautoscaler_info{${matchers}, horizontalpodautoscaler=${JSON.stringify(`keda-hpa-${scaledObject}`)}}`,
  );
  const hasMetric = `kube_horizontalpodautoscaler_spec_target_metric{namespace=${JSON.stringify(namespace)}, metric_name=~"s[0-9]+-${metricName}"}`;
  const byMetric = distinct(
    `kube_horizontalpodautoscaler_info{${matchers}} and on (namespace, horizontalpodautoscaler) ${hasMetric}`,
  );
  return `(${byName} or on (namespace) (${byMetric} and on (namespace) count by (namespace) (${byMetric}) == 1))`;
}

/** A vector with a copy of a label under another name. */
function rename(vector: string, from: string, to: string): string {
  return `label_replace(${vector}, "${to}", "$1", "${from}", "(.*)")`;
}
