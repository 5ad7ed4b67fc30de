import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { board, labelVariable } from './board.js';
import { timeSeries } from './panels.js';

/** Series of pods and nodes as a whole have no container. */
const CONTAINER = '{namespace=~"$namespace",container!="",container!="POD"}';
const POD = '{namespace=~"$namespace"}';

/** The machine as a whole, each of its disks once. */
const MACHINE = '{id="/",device=~"/dev/.*"}';

/** What cAdvisor sees of each container: processor, memory, disk, network. */
export function containers(): Dashboard {
  return board(
    'containers',
    'Containers',
    'Processor, memory, disk and network of each container, from cAdvisor.',
    [
      labelVariable('namespace', 'Namespace', 'label_values(container_memory_working_set_bytes, namespace)')
        .multi(true)
        .includeAll(true)
        // Outside of Kubernetes there is no such label.
        .allValue('.*'),
    ],
  )
    .withRow(new dashboard.RowBuilder('Processor and memory'))
    .withPanel(
      timeSeries({
        title: 'Processor',
        description: 'Cores that each container uses, over all of its pods.',
        unit: 'short',
        width: 12,
        stacked: true,
        queries: [
          [
            `sum by (container) (rate(container_cpu_usage_seconds_total${CONTAINER}[$__rate_interval]))`,
            '{{container}}',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Memory',
        description:
          'Working set, which is what a limit is held against, of the largest pod of each container.',
        unit: 'bytes',
        width: 12,
        queries: [[`max by (container) (container_memory_working_set_bytes${CONTAINER})`, '{{container}}']],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Throttled',
        description: 'Share of periods in which a container with a processor limit had to wait.',
        unit: 'percentunit',
        max: 1,
        width: 12,
        queries: [
          [
            `sum by (container) (rate(container_cpu_cfs_throttled_periods_total${CONTAINER}[$__rate_interval])) / (sum by (container) (rate(container_cpu_cfs_periods_total${CONTAINER}[$__rate_interval])) > 0)`,
            '{{container}}',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Containers',
        description: 'How many of each run.',
        unit: 'short',
        width: 12,
        stepped: true,
        queries: [[`count by (container) (container_memory_working_set_bytes${CONTAINER})`, '{{container}}']],
      }),
    )
    .withRow(new dashboard.RowBuilder('Disk'))
    .withPanel(
      timeSeries({
        title: 'Read and written',
        description: 'Bytes per second that each container reads from disks and writes to them.',
        unit: 'Bps',
        width: 12,
        queries: [
          [
            `sum by (container) (rate(container_fs_reads_bytes_total${CONTAINER}[$__rate_interval]))`,
            '{{container}} read',
          ],
          [
            `sum by (container) (rate(container_fs_writes_bytes_total${CONTAINER}[$__rate_interval]))`,
            '{{container}} written',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Space',
        description:
          'What each container has written beside its volumes, where the runtime tells (Docker does, containerd does not), and the volumes that pods have claimed.',
        unit: 'bytes',
        width: 12,
        queries: [
          [`sum by (container) (container_fs_usage_bytes${CONTAINER})`, '{{container}}'],
          [
            `max by (persistentvolumeclaim) (kubelet_volume_stats_used_bytes${POD})`,
            'volume {{persistentvolumeclaim}}',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Disks of the machines',
        description: 'How full each disk is. Above 85 % Kubernetes begins to evict pods.',
        unit: 'percentunit',
        max: 1,
        width: 24,
        limits: [
          [null, 'transparent'],
          [0.85, 'red'],
        ],
        queries: [
          [
            `max by (instance, device) (container_fs_usage_bytes${MACHINE} / container_fs_limit_bytes${MACHINE})`,
            '{{instance}} {{device}}',
          ],
        ],
      }),
    )
    .withRow(new dashboard.RowBuilder('Network'))
    .withPanel(
      timeSeries({
        title: 'Received',
        description: 'Bytes per second that came in, by pod.',
        unit: 'Bps',
        width: 12,
        queries: [
          [`sum by (pod) (rate(container_network_receive_bytes_total${POD}[$__rate_interval]))`, '{{pod}}'],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Sent',
        description: 'Bytes per second that went out, by pod.',
        unit: 'Bps',
        width: 12,
        queries: [
          [`sum by (pod) (rate(container_network_transmit_bytes_total${POD}[$__rate_interval]))`, '{{pod}}'],
        ],
      }),
    )
    .build();
}
