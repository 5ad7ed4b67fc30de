import { type RabbitmqPorts, RabbitmqServer } from '../../apps/local-stack/servers/rabbitmq-server.js';
import { sharedServer } from './shared-servers.js';

/**
 * The RabbitMQ server that all test files of a run share; its start takes about ten seconds. Each test takes a virtual
 * host of its own.
 */
export async function sharedRabbitmq(): Promise<RabbitmqServer> {
  return RabbitmqServer.at((await sharedServer('rabbitmq')) as RabbitmqPorts);
}
