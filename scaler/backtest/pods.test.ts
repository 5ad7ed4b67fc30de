import assert from 'node:assert/strict';
import { Pods } from './pods.js';

describe('Pods', () => {
  it('makes new pods ready when their start-up time has passed', () => {
    const pods = new Pods(2, 90);
    pods.resize(0, 5);
    pods.advance(89);
    assert.deepEqual([pods.count, pods.ready, pods.nextReadySeconds], [5, 2, 90]);
    pods.advance(90);
    assert.deepEqual([pods.count, pods.ready, pods.nextReadySeconds], [5, 5, Number.POSITIVE_INFINITY]);
  });

  // Oracle: kubernetes ActivePodsWithRanks: not ready before ready, then the one that is younger.
  it('removes starting pods first and the newest of them before the older', () => {
    const pods = new Pods(3, 60);
    pods.resize(0, 5);
    pods.resize(30, 9);
    pods.resize(45, 6);
    pods.advance(60);
    assert.deepEqual([pods.count, pods.ready], [6, 5]);
    pods.resize(61, 4);
    assert.deepEqual([pods.count, pods.ready], [4, 4]);
    pods.advance(90);
    assert.deepEqual([pods.count, pods.ready], [4, 4]);
  });

  it('can go to zero and come back', () => {
    const pods = new Pods(1, 10);
    pods.resize(0, 0);
    assert.deepEqual([pods.count, pods.ready], [0, 0]);
    pods.resize(5, 2);
    pods.advance(15);
    assert.deepEqual([pods.count, pods.ready], [2, 2]);
  });

  it('serves at once with a start-up time of zero', () => {
    const pods = new Pods(1, 0);
    pods.resize(5, 3);
    pods.advance(5);
    assert.equal(pods.ready, 3);
  });
});
