import assert from 'node:assert/strict';
import { connect } from 'amqplib';
import { sharedRabbitmq } from '../../../test/support/shared-rabbitmq.js';
import { pollUntil } from './poll-until.js';

describe('the RabbitMQ server for tests', function () {
  this.timeout(240_000);

  it('cuts a connection of a virtual host when a test asks for it', async () => {
    const server = await sharedRabbitmq();
    const vhost = await server.createVhost();
    const connection = await connect(server.uri(vhost));
    const closed = new Promise<string>((resolve) =>
      connection.on('close', (error) => resolve(String(error?.message))),
    );
    const [listed] = await pollUntil("the connection in the broker's list", async () => {
      const connections = await server.connections(vhost);
      return connections.length === 1 && connections;
    });
    await server.cutConnection(listed!);
    assert.match(await closed, /320 \(CONNECTION-FORCED\)/);
  });
});
