import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { connect } from 'amqplib';
import { sharedRabbitmq } from '../../../test/support/shared-rabbitmq.js';
import { pollUntil } from './poll-until.js';
import { RabbitmqServer } from './rabbitmq-server.js';

describe('the RabbitMQ server for tests', function () {
  this.timeout(240_000);

  it('runs beside another one, keeps durable messages over a restart, and leaves nothing running', async () => {
    const [shared, own] = await Promise.all([sharedRabbitmq(), RabbitmqServer.start()]);
    const uri = own.uri(await own.createVhost());
    assert.notEqual(uri.split('/')[2], shared.uri().split('/')[2]);
    let processIds: number[] = [];
    try {
      const before = await connect(uri);
      const channel = await before.createConfirmChannel();
      await channel.assertQueue('kept', { durable: true });
      channel.sendToQueue('kept', Buffer.from('still here'), { persistent: true });
      await channel.waitForConfirms();
      before.on('error', () => {});
      await own.pause();
      await own.resume();

      const after = await connect(uri);
      const message = await (await after.createChannel()).get('kept', { noAck: true });
      assert.ok(message);
      assert.equal(message.content.toString(), 'still here');
      await after.close();
      processIds = own.processIds;
      assert.equal(processIds.length, 2);
    } finally {
      await own.close();
    }
    await assert.rejects(connect(uri), { code: 'ECONNREFUSED' });
    for (const pid of processIds) assert.equal(existsSync(`/proc/${pid}`), false, `process ${pid} runs on`);
  });

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
