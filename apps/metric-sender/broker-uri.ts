import { ConfigurationError } from '../shared/configuration-error.js';
import { readSenderFile } from './sender-file.js';

/**
 * The address of RabbitMQ: from the environment, or else from the file.
 * @throws ConfigurationError when neither has one
 */
export async function brokerUri(config: {
  readonly RABBITMQ_URI?: string | undefined;
  readonly CONFIG_PATH: string;
}): Promise<string> {
  const uri = config.RABBITMQ_URI ?? (await readSenderFile(config.CONFIG_PATH)).uri;
  if (uri === undefined) {
    throw new ConfigurationError(
      `the address of RabbitMQ is not known: set RABBITMQ_URI, or connection.uri in ${config.CONFIG_PATH}.`,
    );
  }
  return uri;
}
