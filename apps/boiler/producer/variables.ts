import { z } from 'zod';
import { brokerVariables, startTimeoutVariables } from '../../shared/broker-variables.js';
import { decimalNumber, plainName, wholeNumber } from '../../shared/environment.js';
import type { CommonConfig } from '../../shared/run-program.js';
import { operationsVariables } from '../../shared/serve-operations.js';

/** What the producer reads from the environment. */
export const producerVariables = z.object({
  ...brokerVariables,
  ...startTimeoutVariables,
  ...operationsVariables,
  BOILERS: wholeNumber({ min: 1, max: 100, default: 3, meaning: 'Number of simulated boilers.' }),
  READINGS_PER_SECOND: decimalNumber({
    min: 0.01,
    max: 5000,
    default: 2,
    meaning: 'Readings per second of each boiler at full steam; fewer when the plant draws less.',
  }),
  DAY_SECONDS: decimalNumber({
    min: 10,
    max: 86_400,
    default: 86_400,
    meaning: 'Length of the plant’s day; a shorter one compresses the daily rhythm of the load.',
  }),
  FAULTS_PER_HOUR: decimalNumber({
    min: 0,
    max: 3600,
    default: 0.5,
    meaning: 'Mean number of faults per hour of each boiler.',
  }),
  SEED: plainName({
    maxLength: 60,
    default: 'boiler',
    meaning:
      'Seed of the simulation: the same seed gives the same boilers, called `boiler-1` and so on after it. Two producers on one queue need two.',
  }),
  MAX_UNCONFIRMED: wholeNumber({
    min: 1,
    max: 100_000,
    default: 1000,
    meaning:
      'Readings that may wait for RabbitMQ’s confirmation; with more, the producer stops reading sensors.',
  }),
});

/** The checked configuration of the producer. */
export type ProducerConfig = Readonly<z.output<typeof producerVariables>> & CommonConfig;
