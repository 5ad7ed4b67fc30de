import assert from 'node:assert/strict';
import { seededRandom } from '../shared/seeded-random.js';
import { buildMessage } from './message.js';

const app1 = {
  name: 'app1',
  metrics: new Map([
    ['cpu', ['0.5', '0.8']],
    ['memory', ['256', '512']],
  ]),
};

describe('the message of an application', () => {
  it('goes to its topic, replies to it, and carries one value of each list as text', () => {
    const draws = [0.99, 0];
    assert.deepEqual(
      buildMessage(app1, () => draws.shift()!),
      { topic: 'Metrics.app1', replyTo: 'app1', headers: { cpu: '0.8', memory: '256' } },
    );
  });

  it('has the same values in every run with the same seed', () => {
    const run = (seed: string) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => buildMessage(app1, random));
    };
    assert.deepEqual(run('a'), run('a'));
    assert.notDeepEqual(run('a'), run('b'));
  });

  it('picks every value about equally often', () => {
    const random = seededRandom('even');
    const counts = { '0.5': 0, '0.8': 0 };
    for (let draw = 0; draw < 10_000; draw++) counts[buildMessage(app1, random).headers.cpu as '0.5']++;
    // Binomial with p = 1/2: five standard deviations of 50 around 5000.
    assert.ok(Math.abs(counts['0.5'] - 5000) < 250, JSON.stringify(counts));
    assert.equal(counts['0.5'] + counts['0.8'], 10_000);
  });
});
