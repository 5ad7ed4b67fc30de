import assert from 'node:assert/strict';
import { z } from 'zod';
import { ConfigurationError } from './configuration-error.js';
import {
  choice,
  decimalNumber,
  describeVariables,
  optionalText,
  optionalUrl,
  plainName,
  port,
  readEnvironment,
  text,
  url,
  urlList,
  wholeNumber,
} from './environment.js';

const MEANING = 'What it is for.';
const variables = z.object({
  NAME: text({ default: 'app-a', meaning: MEANING }),
  PORT: port({ default: 8000, meaning: MEANING }),
  ERRORS: wholeNumber({ min: 0, max: 100, default: 0, meaning: MEANING }),
  SHARE: decimalNumber({ min: 0, max: 1, default: 0.25, meaning: MEANING }),
  LEVEL: choice(['low', 'high'], { default: 'low', meaning: MEANING }),
  TARGETS: urlList({ meaning: MEANING }),
  NOTE: optionalText({ meaning: MEANING }),
  PLANT: plainName({ maxLength: 8, default: 'boiler', meaning: MEANING }),
  TRACES: optionalUrl({ protocols: ['http:'], meaning: MEANING }),
});
const required = z.object({
  BROKER: url({ protocols: ['amqp:', 'amqps:'], meaning: 'The broker.', secret: true }),
});

describe('the environment', () => {
  it('gives typed values', () => {
    const values = readEnvironment(variables, {
      NAME: 'app-b',
      PORT: '0',
      ERRORS: '100',
      SHARE: '0.5',
      LEVEL: 'high',
      TARGETS: 'http://app-b:8000/process, http://app-c:8000/process',
      NOTE: 'x',
      PLANT: 'night_2',
      TRACES: 'http://jaeger:4318',
    });
    assert.deepEqual(values, {
      NAME: 'app-b',
      PORT: 0,
      ERRORS: 100,
      SHARE: 0.5,
      LEVEL: 'high',
      TARGETS: ['http://app-b:8000/process', 'http://app-c:8000/process'],
      NOTE: 'x',
      PLANT: 'night_2',
      TRACES: 'http://jaeger:4318',
    });
  });

  it('gives the defaults for what is unset or empty', () => {
    const expected = {
      NAME: 'app-a',
      PORT: 8000,
      ERRORS: 0,
      SHARE: 0.25,
      LEVEL: 'low',
      TARGETS: [],
      PLANT: 'boiler',
    };
    for (const empty of [undefined, '']) {
      const environment = Object.fromEntries(Object.keys(variables.shape).map((name) => [name, empty]));
      assert.deepEqual(
        { ...readEnvironment(variables, environment), NOTE: 0, TRACES: 0 },
        { ...expected, NOTE: 0, TRACES: 0 },
      );
    }
  });

  it('cannot be changed once read', () => {
    assert.ok(Object.isFrozen(readEnvironment(variables, {})));
  });

  const wrong: [name: string, value: string, complaint: string][] = [
    ['PORT', '70000', 'PORT: received "70000"; expected a whole number from 0 to 65535'],
    ['PORT', '80a', 'PORT: received "80a"; expected a whole number from 0 to 65535'],
    ['ERRORS', '101', 'ERRORS: received "101"; expected a whole number from 0 to 100'],
    ['ERRORS', '1.5', 'ERRORS: received "1.5" (it is not whole); expected a whole number from 0 to 100'],
    ['ERRORS', '-1', 'ERRORS: received "-1"; expected a whole number from 0 to 100'],
    ['SHARE', '2', 'SHARE: received "2"; expected a number from 0 to 1'],
    ['LEVEL', 'middle', 'LEVEL: received "middle"; expected one of low, high'],
    [
      'TARGETS',
      'http://a, app-b',
      'TARGETS: received "http://a, app-b"; expected http:// or https:// URLs separated by commas, such as http://app-b:8000/process',
    ],
    [
      'TARGETS',
      'http://app-b, http://ann:secret@app-c',
      'TARGETS: received "http://app-c" (fetch takes no user and password in a URL); expected http:// or https:// URLs separated by commas, such as http://app-b:8000/process',
    ],
    ['PLANT', 'two words', 'PLANT: received "two words"; expected 1 to 8 letters, digits and _.:-'],
    ['TRACES', 'http:', 'TRACES: received "http:"; expected a URL that begins with http:// and a host'],
    [
      'TRACES',
      'jaeger:4318',
      'TRACES: received "jaeger:4318"; expected a URL that begins with http:// and a host',
    ],
  ];
  for (const [name, value, complaint] of wrong) {
    it(`rejects ${name}=${value}, saying what it expects`, () => {
      assert.throws(() => readEnvironment(variables, { [name]: value }), new ConfigurationError(complaint));
    });
  }

  it('names every wrong variable at once', () => {
    assert.throws(
      () => readEnvironment(variables, { PORT: 'x', LEVEL: 'y' }),
      (error: Error) => error.message.split('\n').length === 2,
    );
  });

  it('says which required variable is missing', () => {
    assert.throws(() => readEnvironment(required, {}), {
      name: 'ConfigurationError',
      message: 'BROKER: is missing; expected a URL that begins with amqp:// or amqps:// and a host',
    });
  });

  for (const address of ['amqp:rabbitmq', 'amqp://', 'amqp:///plant'])
    it(`refuses ${address}, which names no host`, () => {
      assert.throws(() => readEnvironment(required, { BROKER: address }), {
        message:
          'BROKER: received a hidden value; expected a URL that begins with amqp:// or amqps:// and a host',
      });
    });

  it('never prints a secret', () => {
    assert.throws(
      () => readEnvironment(required, { BROKER: 'http://user:hunter2@host' }),
      (error: Error) =>
        error.message.startsWith('BROKER: received a hidden value; ') && !error.message.includes('hunter2'),
    );
  });

  it('describes its variables for a table', () => {
    assert.deepEqual(
      describeVariables(variables).map(({ name, default: value }) => [name, value]),
      [
        ['NAME', 'app-a'],
        ['PORT', '8000'],
        ['ERRORS', '0'],
        ['SHARE', '0.25'],
        ['LEVEL', 'low'],
        ['TARGETS', 'none'],
        ['NOTE', 'none'],
        ['PLANT', 'boiler'],
        ['TRACES', 'none'],
      ],
    );
    assert.deepEqual(describeVariables(required), [
      { name: 'BROKER', default: 'required', meaning: 'The broker.' },
    ]);
  });
});
