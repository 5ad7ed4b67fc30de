import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import { Registry } from 'prom-client';
import { ChildProgram } from '../../test/support/child-program.js';
import { assertReadmeListsMetrics, assertReadmeListsVariables } from '../../test/support/readme.js';
import { sharedRabbitmq } from '../../test/support/shared-rabbitmq.js';
import { pollUntil } from '../local-stack/servers/poll-until.js';
import { receiverMetrics } from './receiver/metrics.js';
import { receiverVariables } from './receiver/variables.js';
import { senderMetrics } from './sender/metrics.js';
import { senderVariables } from './sender/variables.js';

const senderMain = new URL('./sender/main.js', import.meta.url);
const receiverMain = new URL('./receiver/main.js', import.meta.url);

describe('metric-sender and its receiver', () => {
  let folder: string;
  let uri: string;
  let broker: ChannelModel;
  let programs: ChildProgram[];

  function start(script: URL, environment: Record<string, string> = {}): ChildProgram {
    const program = new ChildProgram(script, {
      HOST: '127.0.0.1',
      METRICS_PORT: '0',
      CONFIG_PATH: join(folder, 'metricsender.yaml'),
      ...environment,
    });
    programs.push(program);
    return program;
  }

  beforeEach(async () => {
    programs = [];
    const server = await sharedRabbitmq();
    uri = server.uri(await server.createVhost());
    broker = await connect(uri);
    // A test that failed must not make the server's end look like a second failure.
    broker.on('error', () => {});
    folder = await mkdtemp(join(tmpdir(), 'metric-sender-'));
    await writeFile(
      join(folder, 'metricsender.yaml'),
      `connection: {uri: "${uri}"}
deployments:
  - {name: app1, metrics: {cpu: [0.8], memory: [512]}}
  - {name: app2, metrics: {cpu: [0.5, 0.8], disk: [10]}}
`,
    );
  });
  afterEach(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await broker.close();
    await rm(folder, { recursive: true });
  });

  it('sends one message per application and interval, with reply-to and headers of text', async () => {
    const channel = await broker.createChannel();
    await channel.assertExchange('metrics', 'topic', { durable: true });
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'metrics', 'Metrics.*');
    const messages: ConsumeMessage[] = [];
    await channel.consume(queue, (message) => messages.push(message!), { noAck: true });
    const sender = start(senderMain, { INTERVAL_SECONDS: '0.3' });
    await pollUntil('three rounds', () => messages.length >= 6);
    assert.deepEqual(
      messages.slice(0, 6).map(({ fields }) => fields.routingKey),
      ['Metrics.app1', 'Metrics.app2', 'Metrics.app1', 'Metrics.app2', 'Metrics.app1', 'Metrics.app2'],
    );
    for (const { fields, properties } of messages) {
      assert.equal(fields.exchange, 'metrics');
      assert.equal(`Metrics.${properties.replyTo}`, fields.routingKey);
    }
    assert.deepEqual(messages[0]!.properties.headers, { cpu: '0.8', memory: '512' });
    assert.ok(['0.5', '0.8'].includes(messages[1]!.properties.headers!.cpu));
    const metrics = await (await fetch(`${await sender.url('metrics')}/metrics`)).text();
    assert.match(metrics, /metric_sender_messages_published_total\{application="app1"\} [1-9]/);
    assert.deepEqual(await sender.stop(), { code: 0, signal: null });
  });

  it('prints each message as the block that people know', async () => {
    const sender = start(senderMain, { INTERVAL_SECONDS: '0.3' });
    await sender.logged('published');
    const receiver = start(receiverMain);
    await pollUntil('a whole block of app1', () => receiver.output.join('\n').includes('memory: 512\n===='));
    assert.ok(
      receiver.output.join('\n').includes(
        `========================================
Aplicação: app1
Recursos recebidos:
  - cpu: 0.8
  - memory: 512
========================================`,
      ),
      receiver.output.join('\n'),
    );
    assert.deepEqual(await receiver.stop(), { code: 0, signal: null });
    await sender.logged('no receiver is subscribed to the topic', { topic: 'Metrics.app1' });
  });

  it('waits for the sender’s exchange, then receives', async () => {
    const receiver = start(receiverMain, { RABBITMQ_URI: uri, CONFIG_PATH: '/nowhere' });
    await receiver.logged('no connection to RabbitMQ yet');
    start(senderMain, { INTERVAL_SECONDS: '0.3' });
    await pollUntil('a message', () => receiver.output.includes('Aplicação: app2'));
  });

  it('goes on after the broker has cut both connections', async () => {
    const server = await sharedRabbitmq();
    const sender = start(senderMain, { INTERVAL_SECONDS: '0.3' });
    await sender.logged('published');
    const receiver = start(receiverMain);
    await pollUntil('a message', () => receiver.output.length > 0);
    const vhost = decodeURIComponent(new URL(uri).pathname.slice(1));
    const connections = await pollUntil('both connections in the broker’s list', async () => {
      const named = (await server.connections(vhost)).filter((connection) => connection.user_provided_name);
      return named.length === 2 && named;
    });
    for (const connection of connections) await server.cutConnection(connection);
    await Promise.all([sender, receiver].map((program) => program.logged('lost the connection to RabbitMQ')));
    const before = receiver.output.length;
    await pollUntil('messages after the cut', () => receiver.output.length > before + 14);
  });

  const mistakes: [string, URL, () => Record<string, string>, RegExp][] = [
    [
      'sender: a broker that is not there',
      senderMain,
      () => ({ RABBITMQ_URI: 'amqp://user:secret@127.0.0.1:1/', START_TIMEOUT_SECONDS: '1' }),
      /^RabbitMQ at amqp:\/\/127\.0\.0\.1:1\/ does not answer: nothing listens on that port\..* Tried for 1 s\.\n$/,
    ],
    [
      'sender: a host that nobody knows',
      senderMain,
      () => ({ RABBITMQ_URI: 'amqp://user:secret@nowhere.invalid/', START_TIMEOUT_SECONDS: '1' }),
      /cannot be found: no address is known for the host "nowhere\.invalid"/,
    ],
    [
      'sender: a virtual host that is not there',
      senderMain,
      () => ({ RABBITMQ_URI: uri.replace(/[^/]*$/, 'nowhere') }),
      /refuses the virtual host "nowhere": it does not exist, or this user may not use it/,
    ],
    [
      'sender: a missing file',
      senderMain,
      () => ({ CONFIG_PATH: '/nowhere/metricsender.yaml' }),
      /^cannot read the configuration file \/nowhere\/metricsender\.yaml: there is no such file\./,
    ],
    [
      'receiver: no address anywhere',
      receiverMain,
      () => ({ CONFIG_PATH: '/nowhere/metricsender.yaml' }),
      /^cannot read the configuration file \/nowhere\/metricsender\.yaml: there is no such file\./,
    ],
    [
      'receiver: a topic exchange that is not there',
      receiverMain,
      () => ({ EXCHANGE: 'nowhere', START_TIMEOUT_SECONDS: '1' }),
      /has no topic exchange "nowhere"\. Start the sender, which declares it, or set EXCHANGE .* Tried for 1 s\.\n$/,
    ],
  ];
  for (const [name, script, environment, cause] of mistakes) {
    it(`ends with the cause, ${name}`, async () => {
      const program = start(script, environment());
      assert.deepEqual(await program.ended(), { code: 2, signal: null });
      assert.match(program.errorOutput, cause);
      assert.equal(program.errorOutput.includes('secret'), false);
    });
  }

  it('ends with line and column when the file is not valid', async () => {
    await writeFile(join(folder, 'metricsender.yaml'), 'deployments:\n  - name: app1\n   metrics: {}\n');
    const sender = start(senderMain, { RABBITMQ_URI: uri });
    assert.deepEqual(await sender.ended(), { code: 2, signal: null });
    assert.match(sender.errorOutput, /metricsender\.yaml:\d+:\d+: the file is not valid YAML: /);
  });

  it('ends at once when the exchange is there with another type', async () => {
    const channel = await broker.createChannel();
    await channel.assertExchange('metrics', 'fanout');
    for (const script of [senderMain, receiverMain]) {
      const program = start(script);
      assert.deepEqual(await program.ended(), { code: 2, signal: null });
      assert.match(
        program.errorOutput,
        /has it declared differently: inequivalent arg 'type' for exchange 'metrics'/,
      );
    }
  });

  it('has a README that lists its variables and metrics', async () => {
    assertReadmeListsVariables('metric-sender', senderVariables, receiverVariables);
    const registry = new Registry();
    senderMetrics(registry);
    receiverMetrics(registry);
    await assertReadmeListsMetrics('metric-sender', await registry.metrics());
  });
});
