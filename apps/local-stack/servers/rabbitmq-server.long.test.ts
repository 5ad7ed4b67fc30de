import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { connect } from 'amqplib';
import { sharedRabbitmq } from '../../../test/support/shared-rabbitmq.js';
import { RabbitmqServer } from './rabbitmq-server.js';

describe('a RabbitMQ server of its own', function () {
  this.timeout(240_000);

  it('runs beside another one, keeps durable messages over a restart, and leaves nothing running', async () => {
    const shared = await sharedRabbitmq();
    const own = await RabbitmqServer.start();
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
});
