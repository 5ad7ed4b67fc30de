import { after } from 'mocha';
import { RabbitmqServer } from '../../apps/local-stack/servers/rabbitmq-server.js';

let starting: Promise<RabbitmqServer> | undefined;

/**
 * The RabbitMQ server that all test files of one mocha run share; the first caller starts it, which takes about ten
 * seconds, and it is stopped after the last test. Each test takes a virtual host of its own.
 */
export function sharedRabbitmq(): Promise<RabbitmqServer> {
  starting ??= RabbitmqServer.start();
  return starting;
}

// Outside of any `describe`: this belongs to mocha's root suite, and so runs once after all files.
after(async function closeSharedRabbitmq() {
  this.timeout(60_000);
  await (await starting)?.close();
});
