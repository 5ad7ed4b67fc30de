import { url, wholeNumber } from '../shared/environment.js';

/** The variables of every boiler program that talks to RabbitMQ. */
export const brokerVariables = {
  RABBITMQ_URI: url({
    protocols: ['amqp:', 'amqps:'],
    secret: true,
    meaning: 'Address of RabbitMQ with user, password and virtual host.',
  }),
};

/** How long servers that this program needs may take to answer at start. */
export const startTimeoutVariable = {
  START_TIMEOUT_SECONDS: wholeNumber({
    min: 1,
    max: 3600,
    default: 60,
    meaning: 'How long RabbitMQ and the database may take to answer at start before the program gives up.',
  }),
};

/** Where the program shows how it is. */
export const metricsPortVariable = {
  METRICS_PORT: wholeNumber({
    min: 0,
    max: 65_535,
    default: 8001,
    meaning: 'Port of `/metrics`, `/healthz` and `/readyz`.',
  }),
};
