import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Metrics of KEDA 2.18, kube-state-metrics 2.15 and cAdvisor under their documented names and labels, for programs that
 * need a cluster. Gauges stand still; counters and histograms grow by their value each second.
 *
 * @see https://keda.sh/docs/2.18/integrations/prometheus/
 * @see https://github.com/kubernetes/kube-state-metrics/tree/v2.15.0/docs/metrics
 * @see https://github.com/google/cadvisor/blob/v0.52.1/docs/storage/prometheus.md
 */
const families: readonly (readonly [
  type: 'gauge' | 'counter',
  name: string,
  labels: string,
  value: number,
])[] = [
  ...(['value', 'latency_seconds'] as const).map(
    (name) => ['gauge', `keda_scaler_metrics_${name}`, kedaTrigger(), 0.3] as const,
  ),
  ['gauge', 'keda_scaler_active', kedaTrigger(), 1],
  ['counter', 'keda_scaler_detail_errors_total', kedaTrigger(), 0],
  [
    'gauge',
    'keda_internal_scale_loop_latency_seconds',
    'namespace="apps",resource="app-a-predictive",type="scaledobject"',
    0.01,
  ],
  ['counter', 'keda_internal_metricsservice_grpc_client_handled_total', `${kedaCall()},grpc_code="OK"`, 2],
  [
    'counter',
    'keda_internal_metricsservice_grpc_client_handling_seconds_bucket',
    `${kedaCall()},le="0.005"`,
    1,
  ],
  [
    'counter',
    'keda_internal_metricsservice_grpc_client_handling_seconds_bucket',
    `${kedaCall()},le="+Inf"`,
    2,
  ],
  ['gauge', 'kube_horizontalpodautoscaler_status_current_replicas', hpa(), 2],
  ['gauge', 'kube_horizontalpodautoscaler_status_desired_replicas', hpa(), 3],
  ['gauge', 'kube_horizontalpodautoscaler_spec_max_replicas', hpa(), 10],
  ['gauge', 'kube_deployment_spec_replicas', 'namespace="apps",deployment="app-a"', 3],
  ['gauge', 'kube_deployment_status_replicas_available', 'namespace="apps",deployment="app-a"', 2],
  ['counter', 'container_cpu_usage_seconds_total', container(), 0.2],
  ['counter', 'container_cpu_cfs_periods_total', container(), 10],
  ['counter', 'container_cpu_cfs_throttled_periods_total', container(), 1],
  ['gauge', 'container_memory_working_set_bytes', container(), 80e6],
  ['counter', 'container_fs_reads_bytes_total', `${container()},device="/dev/sda"`, 1000],
  ['counter', 'container_fs_writes_bytes_total', `${container()},device="/dev/sda"`, 2000],
  ['gauge', 'container_fs_usage_bytes', `${container()},device="/dev/sda1"`, 5e6],
  ['gauge', 'container_fs_usage_bytes', 'id="/",device="/dev/sda1",instance="node"', 5e9],
  ['gauge', 'container_fs_limit_bytes', 'id="/",device="/dev/sda1",instance="node"', 1e10],
  ['gauge', 'kubelet_volume_stats_used_bytes', 'namespace="apps",persistentvolumeclaim="data-mysql-0"', 2e8],
  [
    'counter',
    'container_network_receive_bytes_total',
    'namespace="apps",pod="app-a-0",interface="eth0"',
    1000,
  ],
  [
    'counter',
    'container_network_transmit_bytes_total',
    'namespace="apps",pod="app-a-0",interface="eth0"',
    1000,
  ],
];

function kedaTrigger(): string {
  return 'metric="s0-app-a-requests",namespace="apps",scaledObject="app-a-predictive",scaler="externalScaler",triggerIndex="0",type="scaledobject"';
}

function kedaCall(): string {
  return 'grpc_method="GetMetrics",grpc_service="api.MetricsService",grpc_type="unary"';
}

function hpa(): string {
  return 'namespace="apps",horizontalpodautoscaler="keda-hpa-app-a-predictive"';
}

function container(): string {
  return 'namespace="apps",pod="app-a-0",container="app-a"';
}

/** Serves these metrics on a free loopback port. */
export async function serveProgramsOfOthers(): Promise<{ target: string; close(): Promise<void> }> {
  const startMilliseconds = performance.now();
  const server = createServer((_request, response) => {
    const seconds = 1000 + (performance.now() - startMilliseconds) / 1000;
    const declared = new Set<string>();
    const lines = families.flatMap(([type, name, labels, value]) => {
      const declaration = declared.has(name)
        ? []
        : [`# TYPE ${name} ${name.endsWith('_bucket') ? 'untyped' : type}`];
      declared.add(name);
      return [...declaration, `${name}{${labels}} ${type === 'gauge' ? value : value * seconds}`];
    });
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${lines.join('\n')}\n`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
