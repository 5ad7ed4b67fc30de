import { hostname } from 'node:os';
import { z } from 'zod';
import { brokerVariables, startTimeoutVariables } from '../../shared/broker-variables.js';
import { decimalNumber, optionalText, wholeNumber } from '../../shared/environment.js';
import type { CommonConfig } from '../../shared/run-program.js';
import { operationsVariables } from '../../shared/serve-operations.js';
import { defaultDeviationRule } from '../anomaly/deviation.js';
import { languageVariables } from '../language-variables.js';
import { databaseVariables } from '../store/variables.js';

/** What the consumer reads from the environment. */
export const consumerVariables = z.object({
  ...brokerVariables,
  ...databaseVariables,
  ...startTimeoutVariables,
  ...operationsVariables,
  ...languageVariables,
  CONSUMER_NAME: optionalText({
    meaning:
      'Name of this consumer in the batches it stores; the host’s name, which is the pod’s, without it.',
  }),
  BATCH_READINGS: wholeNumber({
    min: 1,
    max: 5000,
    default: 200,
    meaning: 'Most readings that are stored in one transaction.',
  }),
  BATCH_WAIT_MS: wholeNumber({
    min: 0,
    max: 60_000,
    default: 1000,
    meaning: 'How long a reading may wait for its batch to fill, in milliseconds.',
  }),
  ANOMALY_WINDOW_READINGS: wholeNumber({
    min: 3,
    max: 10_000,
    default: defaultDeviationRule.windowReadings,
    meaning: 'Readings of the same boiler before a reading that it is compared with.',
  }),
  ANOMALY_MIN_READINGS: wholeNumber({
    min: 3,
    max: 10_000,
    default: defaultDeviationRule.minReadings,
    meaning: 'With fewer readings before it, a reading is judged by the absolute limits alone.',
  }),
  ANOMALY_DEVIATIONS: decimalNumber({
    min: 1,
    max: 100,
    default: defaultDeviationRule.deviations,
    meaning: 'Distance from the median, in robust standard deviations, from which a value is an anomaly.',
  }),
  ALERT_QUIET_SECONDS: wholeNumber({
    min: 0,
    max: 86_400,
    default: 300,
    meaning: 'After an alert, the same anomaly of the same boiler raises no other one for this long.',
  }),
});

/** The checked configuration of the consumer. */
export type ConsumerConfig = Readonly<z.output<typeof consumerVariables>> & CommonConfig;

/** The name that batches carry. */
export function consumerName(config: ConsumerConfig): string {
  return config.CONSUMER_NAME ?? hostname();
}
