import type { ConfirmChannel } from 'amqplib';
import { measures } from '../reading.js';
import type { Alert } from '../store/pending-alerts.js';
import { alertsExchange } from '../topology.js';

/** An alert in words, such as `boiler-1: drum pressure is 12.61 bar, expected 6.00 to 12.00 bar (limit)`. */
export function alertText(alert: Alert): string {
  const { label, unit } = measures[alert.measure];
  const expected = `${alert.expectedLow.toFixed(2)} to ${alert.expectedHigh.toFixed(2)} ${unit}`;
  return `${alert.boiler}: ${label} is ${alert.value.toFixed(2)} ${unit}, expected ${expected} (${alert.kind})`;
}

/**
 * Sends alerts to the exchange `boiler.alerts` and resolves when RabbitMQ has confirmed all of them. An alert may come
 * twice, when a consumer dies at the wrong moment, with the same message id.
 * @throws when the channel ends first
 */
export async function publishAlerts(channel: ConfirmChannel, alerts: readonly Alert[]): Promise<void> {
  for (const alert of alerts) {
    channel.publish(
      alertsExchange,
      `${alert.boiler}.${alert.measure}.${alert.kind}`,
      Buffer.from(JSON.stringify({ ...alert, text: alertText(alert) })),
      {
        persistent: true,
        messageId: `${alert.readingId}:${alert.measure}`,
        type: 'boiler.alert',
        contentType: 'application/json',
      },
    );
  }
  await channel.waitForConfirms();
}
