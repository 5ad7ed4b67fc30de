import { url, wholeNumber } from './environment.js';

/** The address of the broker, for a program that cannot do without. */
export const brokerVariables = {
  RABBITMQ_URI: url({
    protocols: ['amqp:', 'amqps:'],
    secret: true,
    meaning: 'Address of RabbitMQ with user, password and virtual host.',
  }),
};

/** The patience of a program that needs other servers. */
export const startTimeoutVariables = {
  START_TIMEOUT_SECONDS: wholeNumber({
    min: 1,
    max: 3600,
    default: 60,
    meaning: 'How long the servers that this program needs may take to answer at start before it gives up.',
  }),
};
