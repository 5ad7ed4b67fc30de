import { startTimeoutVariables } from '../shared/broker-variables.js';
import { optionalUrl, text } from '../shared/environment.js';
import { operationsVariables } from '../shared/serve-operations.js';

/** The variables that sender and receiver share. */
export const commonVariables = {
  CONFIG_PATH: text({
    default: '/config/metricsender.yaml',
    meaning:
      'The YAML file with the applications and, unless `RABBITMQ_URI` is set, the address of RabbitMQ.',
  }),
  RABBITMQ_URI: optionalUrl({
    protocols: ['amqp:', 'amqps:'],
    secret: true,
    meaning: 'Address of RabbitMQ with user, password and virtual host; before `connection.uri` of the file.',
  }),
  EXCHANGE: text({ default: 'metrics', meaning: 'The topic exchange that carries the messages.' }),
  ...startTimeoutVariables,
  ...operationsVariables,
};
