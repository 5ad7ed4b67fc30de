import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../shared/configuration-error.js';
import { parseSenderFile, readSenderFile } from './sender-file.js';

const SOUND = `connection:
  uri: amqp://user:secret@rabbitmq:5672/
deployments:
  - name: app1
    metrics:
      cpu: [0.5, 0.80]
      memory: [256, 512]
  - name: app2
    metrics: {disk: [fast, "10"]}
`;

function complaintOf(text: string): string {
  try {
    parseSenderFile(text, 'metricsender.yaml');
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message;
  }
  assert.fail('it was accepted');
}

describe('the sender’s file', () => {
  it('gives the address and, for each application, the values as they are written', () => {
    assert.deepEqual(parseSenderFile(SOUND, 'metricsender.yaml'), {
      uri: 'amqp://user:secret@rabbitmq:5672/',
      deployments: [
        {
          name: 'app1',
          metrics: new Map([
            ['cpu', ['0.5', '0.80']],
            ['memory', ['256', '512']],
          ]),
        },
        { name: 'app2', metrics: new Map([['disk', ['fast', '10']]]) },
      ],
    });
  });

  it('may leave the address to the environment', () => {
    assert.equal(parseSenderFile(SOUND.replace(/^connection:\n.*\n/, ''), 'f').uri, undefined);
  });

  const mistakes: [string, string, string][] = [
    [
      'broken YAML',
      SOUND.replace('[0.5, 0.80]', '[0.5, 0.80'),
      'metricsender.yaml:7:7: the file is not valid YAML: ',
    ],
    [
      'a key that is there twice',
      SOUND.replace('      memory:', '      cpu:'),
      'metricsender.yaml:7:7: the file is not valid YAML: Map keys must be unique',
    ],
    ['an empty file', '', 'metricsender.yaml:1:1: '],
    [
      'an address of another kind, without showing it',
      SOUND.replace('amqp:', 'http:'),
      'metricsender.yaml:2:8: connection.uri: expected an address that begins with amqp:// or amqps:// and a host (value hidden)',
    ],
    [
      'a key that nobody knows',
      SOUND.replace('  - name: app2', '  - nome: app2'),
      'metricsender.yaml:8:5: deployments[1]',
    ],
    [
      'no applications',
      SOUND.replace(/deployments:[\s\S]*/, 'deployments: []\n'),
      'metricsender.yaml:3:14: deployments: expected at least one application',
    ],
    [
      'a name that is no single word of a topic',
      SOUND.replace('app1', 'team.app1'),
      'metricsender.yaml:4:11: deployments[0].name: expected a name of one word without blanks, dots, * and #',
    ],
    [
      'a name that is there twice',
      SOUND.replace('app2', 'app1'),
      'metricsender.yaml:8:11: deployments[1].name: "app1" is there already',
    ],
    [
      'a metric with no values',
      SOUND.replace('[256, 512]', '[]'),
      'metricsender.yaml:7:15: deployments[0].metrics.memory: expected at least one value to pick from',
    ],
    [
      'a metric that is no list',
      SOUND.replace('[256, 512]', '256'),
      'metricsender.yaml:7:15: deployments[0].metrics.memory: ',
    ],
    [
      'a value that is no number or text',
      SOUND.replace('[256, 512]', '[256, {at: 512}]'),
      'metricsender.yaml:7:21: deployments[0].metrics.memory[1]: expected a number or a text',
    ],
  ];
  for (const [name, text, complaint] of mistakes) {
    it(`is refused with line and column for ${name}`, () => {
      const message = complaintOf(text);
      assert.equal(message.slice(0, complaint.length), complaint);
      assert.equal(message.includes('secret'), false);
    });
  }

  it('names every mistake, one per line', () => {
    const message = complaintOf(SOUND.replace('[256, 512]', '[]').replace('app2', 'a b'));
    assert.deepEqual(
      message.split('\n').map((line) => line.split(': ')[0]),
      ['metricsender.yaml:7:15', 'metricsender.yaml:8:11'],
    );
  });

  it('is named when it is missing, or is a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'metric-sender-'));
    const missing = join(folder, 'metricsender.yaml');
    await assert.rejects(readSenderFile(missing), {
      name: 'ConfigurationError',
      message: `cannot read the configuration file ${missing}: there is no such file. Put it there, or set CONFIG_PATH to where it is.`,
    });
    await assert.rejects(readSenderFile(folder), /it is a folder/);
    await rm(folder, { recursive: true });
  });
});
