import assert from 'node:assert/strict';
import { Recommendations } from './recommendations.js';

const NOW = 1_000_000;

function remembered(entries: readonly (readonly [replicas: number, minutesAgo: number])[]): Recommendations {
  const memory = new Recommendations(86_400);
  for (const [replicas, minutesAgo] of [...entries].sort((a, b) => b[1] - a[1]))
    memory.record(NOW - 60 * minutesAgo, replicas);
  return memory;
}

describe('Recommendations', () => {
  describe('without a behavior', () => {
    // Oracle: kubernetes pkg/controller/podautoscaler/horizontal_test.go, TestNormalizeDesiredReplicas (window 5 min).
    const upstream: { name: string; entries: [number, number][]; desired: number; want: number }[] = [
      { name: 'empty log', entries: [], desired: 5, want: 5 },
      {
        name: 'stabilize',
        entries: [
          [4, 2],
          [5, 1],
        ],
        desired: 3,
        want: 5,
      },
      {
        name: 'no stabilize',
        entries: [
          [1, 2],
          [2, 1],
        ],
        desired: 3,
        want: 3,
      },
      {
        name: 'no stabilize - old recommendations',
        entries: [
          [10, 10],
          [9, 9],
        ],
        desired: 3,
        want: 3,
      },
      {
        name: 'stabilize - old recommendations',
        entries: [
          [10, 10],
          [4, 1],
          [5, 2],
          [9, 9],
        ],
        desired: 3,
        want: 5,
      },
    ];
    for (const { name, entries, desired, want } of upstream)
      it(`answers ${want} in upstream's "${name}"`, () => {
        assert.equal(remembered(entries).highest(NOW, 300, desired), want);
      });

    // Oracle: stabilizeRecommendation drops what is *before* the cutoff.
    it('still counts a recommendation of exactly the window length ago', () => {
      assert.equal(remembered([[7, 5]]).highest(NOW, 300, 1), 7);
    });
  });

  describe('with a behavior', () => {
    // Oracle: as above, TestNormalizeDesiredReplicasWithBehavior.
    const upstream: {
      name: string;
      entries: [number, number][];
      current: number;
      desired: number;
      up: number;
      down: number;
      want: number;
    }[] = [
      { name: 'empty for scaling down', entries: [], current: 100, desired: 5, up: 0, down: 0, want: 5 },
      {
        name: 'simple scale down stabilization',
        entries: [
          [4, 2],
          [5, 1],
        ],
        current: 100,
        desired: 3,
        up: 0,
        down: 180,
        want: 5,
      },
      {
        name: 'simple scale up stabilization',
        entries: [
          [4, 2],
          [5, 1],
        ],
        current: 1,
        desired: 7,
        up: 300,
        down: 0,
        want: 4,
      },
      {
        name: 'no scale down stabilization',
        entries: [
          [1, 2],
          [2, 1],
        ],
        current: 100,
        desired: 3,
        up: 300,
        down: 0,
        want: 3,
      },
      {
        name: 'no scale up stabilization',
        entries: [
          [4, 2],
          [5, 1],
        ],
        current: 1,
        desired: 3,
        up: 0,
        down: 300,
        want: 3,
      },
      {
        name: 'scale down stabilization with obsolete elements',
        entries: [
          [10, 10],
          [4, 1],
          [5, 2],
          [9, 9],
        ],
        current: 100,
        desired: 3,
        up: 0,
        down: 180,
        want: 5,
      },
      {
        name: 'scale up stabilization with obsolete elements',
        entries: [
          [10, 100],
          [6, 1],
          [5, 2],
          [9, 3],
        ],
        current: 1,
        desired: 100,
        up: 300,
        down: 0,
        want: 5,
      },
      {
        name: 'do not scale up when the recommendation goes down',
        entries: [
          [2, 100],
          [3, 3],
        ],
        current: 2,
        desired: 1,
        up: 300,
        down: 300,
        want: 2,
      },
      {
        name: 'do not scale down when the recommendation goes up',
        entries: [
          [2, 100],
          [1, 3],
        ],
        current: 2,
        desired: 3,
        up: 300,
        down: 300,
        want: 2,
      },
    ];
    for (const { name, entries, current, desired, up, down, want } of upstream)
      it(`answers ${want} in upstream's "${name}"`, () => {
        assert.equal(remembered(entries).stabilized(NOW, up, down, current, desired), want);
      });

    // Oracle: stabilizeRecommendationWithBehaviors counts what is *after* the cutoff.
    it('no longer counts a recommendation of exactly the window length ago', () => {
      assert.equal(remembered([[7, 5]]).stabilized(NOW, 0, 300, 9, 1), 1);
    });
  });
});
