import type { ConfirmChannel } from 'amqplib';
import type { Language } from '../language.js';
import { measures } from '../reading.js';
import type { Alert } from '../store/pending-alerts.js';
import { ALERTS_EXCHANGE } from '../topology.js';

const portuguese = {
  temperature: 'temperatura do vapor',
  pressure: 'pressão do tubulão',
  steamFlow: 'vazão de vapor',
  waterLevel: 'nível de água do tubulão',
  limit: 'fora do limite',
  deviation: 'desvio',
} as const;

/** An alert in words, such as `boiler-1: drum pressure is 12.61 bar, expected 6.00 to 12.00 bar (limit)`. */
export function alertText(alert: Alert, language: Language): string {
  const { boiler, measure, kind } = alert;
  const { label, unit } = measures[measure];
  const decimals = { minimumFractionDigits: 2, maximumFractionDigits: 2, useGrouping: false };
  const number = (value: number) => value.toLocaleString(language, decimals);
  const [value, low, high] = [alert.value, alert.expectedLow, alert.expectedHigh].map(number);
  return language === 'pt-BR'
    ? `${boiler}: ${portuguese[measure]} em ${value} ${unit}; esperado: de ${low} a ${high} ${unit} (${portuguese[kind]})`
    : `${boiler}: ${label} is ${value} ${unit}, expected ${low} to ${high} ${unit} (${kind})`;
}

/**
 * Sends alerts to the exchange `boiler.alerts` and resolves when RabbitMQ has confirmed all of them. An alert may come
 * twice, when a consumer dies at the wrong moment, with the same message id.
 * @throws when the channel ends first
 */
export async function publishAlerts(
  channel: ConfirmChannel,
  alerts: readonly Alert[],
  language: Language,
): Promise<void> {
  for (const alert of alerts) {
    channel.publish(
      ALERTS_EXCHANGE,
      `${alert.boiler}.${alert.measure}.${alert.kind}`,
      Buffer.from(JSON.stringify({ ...alert, text: alertText(alert, language) })),
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
