import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { board } from './board.js';
import { histogramQuantile } from './histogram-quantile.js';
import { stat, timeSeries } from './panels.js';

/** The way of a reading: published, queued, stored; and what the consumers found in it. */
export function boiler(): Dashboard {
  return board('boiler', 'Boiler', 'Readings from the sensors over RabbitMQ into the database.')
    .withRow(new dashboard.RowBuilder('Flow'))
    .withPanel(
      timeSeries({
        title: 'Readings per second',
        description:
          'What the producers publish, what the consumers take and what they store. The first is what the consumers are scaled on.',
        unit: 'cps',
        width: 16,
        queries: [
          ['sum(rate(boiler_readings_published_total[$__rate_interval]))', 'published'],
          ['sum(rate(boiler_readings_consumed_total[$__rate_interval]))', 'taken'],
          ['sum(rate(boiler_readings_stored_total[$__rate_interval]))', 'stored'],
        ],
        lines: { published: { color: 'orange' }, taken: { color: 'blue' }, stored: { color: 'green' } },
      }),
    )
    .withPanel(
      stat({
        title: 'Consumers',
        description: 'Consumers that answer scrapes.',
        unit: 'short',
        width: 4,
        queries: [['count(boiler_readings_consumed_total)', 'consumers']],
      }).height(8),
    )
    .withPanel(
      stat({
        title: 'Dead letters',
        description:
          'Messages of the time shown that are no readings: they wait in boiler.readings.dead for people.',
        unit: 'short',
        decimals: 0,
        width: 4,
        limits: [
          [null, 'green'],
          [1, 'orange'],
        ],
        queries: [['sum(increase(boiler_readings_dead_lettered_total[$__range]))', 'messages']],
      }).height(8),
    )
    .withPanel(
      timeSeries({
        title: 'Queue',
        description:
          'Messages that wait in the queue, and those that consumers hold. A growing line means too few consumers.',
        unit: 'short',
        width: 12,
        queries: [
          ['sum by (queue) (rabbitmq_queue_messages_ready{queue=~"boiler.*"})', '{{queue}}: waiting'],
          ['sum by (queue) (rabbitmq_queue_messages_unacked{queue=~"boiler.*"})', '{{queue}}: held'],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Not confirmed',
        description:
          'Readings measured and not yet confirmed by RabbitMQ, and times that producers had to wait.',
        unit: 'short',
        width: 12,
        queries: [
          ['sum(boiler_readings_unconfirmed)', 'not confirmed'],
          ['sum(rate(boiler_publish_waits_total[$__rate_interval]))', 'waits/s'],
        ],
      }),
    )
    .withRow(new dashboard.RowBuilder('Storing'))
    .withPanel(
      timeSeries({
        title: 'Time of a batch',
        description: 'From the start of storing a batch to its acknowledgement.',
        unit: 's',
        width: 8,
        queries: [
          [histogramQuantile(0.95, 'boiler_batch_duration_seconds_bucket'), '95 %'],
          [histogramQuantile(0.5, 'boiler_batch_duration_seconds_bucket'), 'half'],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Readings in a batch',
        description: 'On average. Batches that are always full mean that the consumer is at its limit.',
        unit: 'short',
        width: 8,
        queries: [
          [
            'sum(rate(boiler_batch_readings_sum[$__rate_interval])) / (sum(rate(boiler_batch_readings_count[$__rate_interval])) > 0)',
            'readings',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Duplicates and retries',
        description: 'Readings that came again and were stored only once, and batches that were tried again.',
        unit: 'cps',
        width: 8,
        queries: [
          ['sum(rate(boiler_readings_duplicate_total[$__rate_interval]))', 'duplicates'],
          ['sum(rate(boiler_batch_retries_total[$__rate_interval]))', 'retries'],
        ],
      }),
    )
    .withRow(new dashboard.RowBuilder('Findings'))
    .withPanel(
      timeSeries({
        title: 'Anomalies per hour',
        description:
          'Values outside of their limits or far from the median of the readings before, by measure and kind.',
        unit: 'short',
        width: 12,
        queries: [
          [
            'sum by (measure, kind) (rate(boiler_anomalies_total[$__rate_interval])) * 3600 or label_replace(vector(0), "measure", "none", "", "")',
            '{{measure}} {{kind}}',
          ],
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Alerts per hour',
        description: 'Alerts that RabbitMQ has confirmed, by boiler.',
        unit: 'short',
        width: 12,
        queries: [
          [
            'sum by (boiler) (rate(boiler_alerts_published_total[$__rate_interval])) * 3600 or label_replace(vector(0), "boiler", "none", "", "")',
            '{{boiler}}',
          ],
        ],
      }),
    )
    .build();
}
