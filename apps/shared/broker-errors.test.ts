import assert from 'node:assert/strict';
import { brokerAddress, explainBrokerError } from './broker-errors.js';
import { ConfigurationError } from './configuration-error.js';

const URI = 'amqp://user:secret@rabbitmq/plant';

describe('a problem with the broker', () => {
  it('names the address without user and password, with its port', () => {
    assert.equal(brokerAddress(URI), 'amqp://rabbitmq:5672/plant');
    assert.equal(brokerAddress('amqps://user:secret@[::1]:5673'), 'amqps://[::1]:5673/');
    assert.equal(brokerAddress('amqps://rabbitmq'), 'amqps://rabbitmq:5671/');
  });

  // The messages are those of amqplib 2.3.1 and Node.js 20 against RabbitMQ 3.10.
  const causes: [string, unknown, RegExp, boolean][] = [
    [
      'an unknown host',
      Object.assign(new Error('getaddrinfo ENOTFOUND rabbitmq'), { code: 'ENOTFOUND' }),
      /no address is known for the host "rabbitmq"/,
      false,
    ],
    [
      'a closed port',
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      /nothing listens on that port/,
      false,
    ],
    [
      'a wrong password',
      new Error(
        'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN."',
      ),
      /refuses the user or the password/,
      true,
    ],
    [
      'a wrong virtual host',
      new Error('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'),
      /refuses the virtual host "plant"/,
      true,
    ],
    [
      'TLS to a plain port',
      Object.assign(new Error('wrong version number'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }),
      /does not speak TLS on that port/,
      true,
    ],
    [
      'another program on the port',
      new Error('Frame size 1345270062 exceeds maxFrameSize 67108864'),
      /does not speak AMQP: another program seems to answer/,
      false,
    ],
    ['a silent port', new Error('connect ETIMEDOUT'), /does not answer in time/, false],
    [
      'something missing',
      Object.assign(
        new Error(
          `Operation failed: ExchangeDeclare; 404 (NOT-FOUND) with message "NOT_FOUND - no exchange 'nope' in vhost '/'"`,
        ),
        { code: 404 },
      ),
      /lacks what this program needs: no exchange 'nope' in vhost '\/'\.$/,
      false,
    ],
    [
      'a different declaration',
      Object.assign(
        new Error(
          `Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/'"`,
        ),
        { code: 406 },
      ),
      /has it declared differently: inequivalent arg 'durable' for queue 'q'/,
      true,
    ],
    [
      'a cause found by the program itself',
      new ConfigurationError('no topic exchange'),
      /^no topic exchange$/,
      false,
    ],
    [
      'anything else, in its own words',
      new Error('odd'),
      /^RabbitMQ at amqp:\/\/rabbitmq:5672\/plant fails: odd$/,
      false,
    ],
  ];
  for (const [name, error, text, permanent] of causes) {
    it(`is explained: ${name}; ${permanent ? 'waiting is no use' : 'it may pass'}`, () => {
      const problem = explainBrokerError(error, URI);
      assert.match(problem.text, text);
      assert.equal(problem.permanent, permanent);
      assert.equal(problem.text.includes('secret'), false);
    });
  }
});
