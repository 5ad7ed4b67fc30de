import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { board, labelVariable } from './board.js';
import { histogramQuantile } from './histogram-quantile.js';
import { stat, timeSeries } from './panels.js';

const APP = '{app=~"$app"}';

/** The HTTP apps: load, errors, time and pods of each. */
export function workloads(): Dashboard {
  return board(
    'workloads',
    'Workloads',
    'Requests, errors, times and pods of the HTTP apps, and the messages between others.',
    [
      labelVariable('app', 'App', 'label_values(app_requests_total, app)')
        .multi(true)
        .includeAll(true)
        .allValue('.+'),
    ],
  )
    .withRow(new dashboard.RowBuilder('HTTP apps'))
    .withPanel(
      timeSeries({
        title: 'Requests per minute',
        description: 'The alert MuitasRequisicoes fires above 5 per minute, the dashed line.',
        unit: 'reqpm',
        width: 12,
        limits: [
          [null, 'transparent'],
          [5, 'orange'],
        ],
        queries: [[`sum by (app) (rate(app_requests_total${APP}[$__rate_interval])) * 60`, '{{app}}']],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Failed requests',
        description: 'Share answered with a status of 500 or above. The alert HighErrorRate fires above 5 %.',
        unit: 'percentunit',
        width: 12,
        limits: [
          [null, 'transparent'],
          [0.05, 'red'],
        ],
        queries: [
          [
            `(sum by (app) (rate(app_requests_total{app=~"$app",status=~"5.."}[$__rate_interval])) or sum by (app) (rate(app_requests_total${APP}[$__rate_interval])) * 0) / (sum by (app) (rate(app_requests_total${APP}[$__rate_interval])) > 0)`,
            '{{app}}',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Time of a request, 95 %',
        description: 'Nineteen of twenty requests were answered in this time.',
        unit: 's',
        width: 12,
        queries: [[histogramQuantile(0.95, `app_request_duration_seconds_bucket${APP}`, ['app']), '{{app}}']],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Requests in flight',
        description: 'Requests being worked on, over all pods of an app.',
        unit: 'short',
        width: 6,
        queries: [[`sum by (app) (app_requests_in_flight${APP})`, '{{app}}']],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Pods that answer scrapes',
        description: 'Instances of each app that Prometheus reads.',
        unit: 'short',
        width: 6,
        stepped: true,
        queries: [[`count by (app) (app_requests_in_flight${APP})`, '{{app}}']],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Answers by status',
        description: 'Requests per second of the chosen apps, by status.',
        unit: 'reqps',
        width: 12,
        stacked: true,
        queries: [[`sum by (status) (rate(app_requests_total${APP}[$__rate_interval]))`, '{{status}}']],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Replicas',
        description: 'Replicas of each HPA: wanted and there.',
        unit: 'short',
        width: 12,
        stepped: true,
        queries: [
          [
            'max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_desired_replicas)',
            '{{horizontalpodautoscaler}}: wanted',
          ],
          [
            'max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas)',
            '{{horizontalpodautoscaler}}: there',
          ],
        ],
      }),
    )
    .withRow(new dashboard.RowBuilder('Pokedex'))
    .withPanel(
      timeSeries({
        title: 'Lookups',
        description: 'Lookups per second by how they ended; `unavailable` means that the database was away.',
        unit: 'reqps',
        width: 24,
        stacked: true,
        queries: [['sum by (result) (rate(pokedex_lookups_total[$__rate_interval]))', '{{result}}']],
      }),
    )
    .withRow(new dashboard.RowBuilder('metric-sender'))
    .withPanel(
      timeSeries({
        title: 'Messages',
        description:
          'Messages per minute: confirmed by RabbitMQ, without a receiver, skipped while it was away, received.',
        unit: 'mpm',
        width: 12,
        queries: [
          ['sum(rate(metric_sender_messages_published_total[$__rate_interval])) * 60', 'published'],
          [
            '(sum(rate(metric_sender_messages_unrouted_total[$__rate_interval])) or vector(0)) * 60',
            'without a receiver',
          ],
          [
            '(sum(rate(metric_sender_messages_skipped_total[$__rate_interval])) or vector(0)) * 60',
            'skipped',
          ],
          ['sum(rate(metric_receiver_messages_received_total[$__rate_interval])) * 60', 'received'],
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'Deployments without all of their replicas',
        description: 'Deployments with fewer available replicas than they should have.',
        unit: 'short',
        width: 12,
        limits: [
          [null, 'green'],
          [1, 'red'],
        ],
        queries: [
          [
            'count(kube_deployment_status_replicas_available < kube_deployment_spec_replicas) or vector(0)',
            'deployments',
          ],
        ],
      }).height(8),
    )
    .build();
}
