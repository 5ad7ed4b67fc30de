import assert from 'node:assert/strict';
import { completeBehavior, type ScalingPolicy } from './behavior.js';
import { scaleLimit } from './rate-limit.js';
import { TimedValues } from './timed-values.js';

const NOW = 1_000_000;

/** Upstream's generateEventsUniformDistribution: changes in the middle of equal parts of the last two minutes. */
function events(up: readonly number[] = [], down: readonly number[] = []): TimedValues {
  const spread = (changes: readonly number[], sign: number) =>
    changes.map((change, i) => {
      const part = 120 / changes.length;
      return [NOW - Math.trunc(120 - part * (i + 1) + part / 2), sign * change] as const;
    });
  const memory = new TimedValues(86_400);
  for (const [at, change] of [...spread(up, 1), ...spread(down, -1)].sort(([a], [b]) => a - b))
    memory.record(at, change);
  return memory;
}

/** Upstream's generateScalingRules. */
function policies(pods: number, podsPeriod: number, percent: number, percentPeriod: number): ScalingPolicy[] {
  const list: ScalingPolicy[] = [];
  if (pods !== 0) list.push({ type: 'Pods', value: pods, periodSeconds: podsPeriod });
  if (percent !== 0) list.push({ type: 'Percent', value: percent, periodSeconds: percentPeriod });
  return list;
}

// Oracle of both tables: kubernetes pkg/controller/podautoscaler/horizontal_test.go, TestScalingWithRules, with the
// limit itself where upstream's case ends at the wanted replicas or at maxReplicas (the arithmetic is in its comment).
describe('scaleLimit up', () => {
  const upstream: {
    name: string;
    rules?: ScalingPolicy[];
    up?: number[];
    down?: number[];
    current: number;
    want: number;
  }[] = [
    { name: 'default behavior', current: 10, want: 20 },
    { name: 'user policies of 1 %', rules: policies(0, 0, 1, 60), current: 3, want: 4 },
    { name: 'pods policy larger than percent', rules: policies(100, 60, 100, 60), current: 10, want: 110 },
    { name: 'percent policy larger than pods', rules: policies(2, 60, 100, 60), current: 10, want: 20 },
    { name: 'pod policy limitation', rules: policies(30, 60, 0, 0), current: 10, want: 40 },
    { name: 'percent policy limitation', rules: policies(0, 0, 200, 60), current: 10, want: 30 },
    { name: 'capped by scale up rules', rules: policies(0, 0, 700, 60), current: 3, want: 24 },
    {
      name: 'a lot of recent scale up events',
      rules: policies(5, 120, 0, 0),
      up: [1, 5, 9],
      current: 100,
      want: 100,
    },
    {
      name: 'pod policy and previous events (100 - 15 + 150)',
      rules: policies(150, 120, 0, 0),
      up: [1, 5, 9],
      current: 100,
      want: 235,
    },
    {
      name: 'percent policy and previous events ((100 - 15) + 200 %)',
      rules: policies(0, 0, 200, 120),
      up: [1, 5, 9],
      current: 100,
      want: 255,
    },
    {
      name: 'percent policy and previous events up and down ((6 - 4 + 2) + 300 %)',
      rules: policies(0, 0, 300, 300),
      up: [4],
      down: [2],
      current: 6,
      want: 16,
    },
  ];
  for (const { name, rules, up, down, current, want } of upstream)
    it(`is ${want} in upstream's "${name}"`, () => {
      const { scaleUp } = completeBehavior(rules ? { scaleUp: { policies: rules } } : {});
      assert.equal(scaleLimit('up', NOW, current, events(up, down), scaleUp), want);
    });

  // Oracle: defaults.go, GenerateHPAScaleUpRules: the larger of 4 pods and 100 % per 15 s.
  it('lets a single pod become five by default', () => {
    assert.equal(scaleLimit('up', NOW, 1, events(), completeBehavior({}).scaleUp), 5);
  });

  // Oracle: upstream TestCalculateScaleUpLimitWithScalingRules: min(1 + 2, ceil(1 * 1.5)) = 2.
  it('takes the strictest policy with selectPolicy Min', () => {
    const { scaleUp } = completeBehavior({
      scaleUp: { selectPolicy: 'Min', policies: policies(2, 60, 50, 60) },
    });
    assert.equal(scaleLimit('up', NOW, 1, events(), scaleUp), 2);
  });

  it('is the current number with selectPolicy Disabled', () => {
    const { scaleUp } = completeBehavior({ scaleUp: { selectPolicy: 'Disabled' } });
    assert.equal(scaleLimit('up', NOW, 7, events(), scaleUp), 7);
  });

  // Oracle: getReplicasChangePerPeriod counts what is *after* the cutoff.
  it('frees a policy again when its period has passed exactly', () => {
    const { scaleUp } = completeBehavior({ scaleUp: { policies: policies(4, 15, 0, 0) } });
    const added = new TimedValues(15);
    added.record(NOW - 15, 4);
    assert.equal(scaleLimit('up', NOW, 10, added, scaleUp), 14);
    assert.equal(scaleLimit('up', NOW - 1, 10, added, scaleUp), 10);
  });
});

describe('scaleLimit down', () => {
  const upstream: {
    name: string;
    rules: ScalingPolicy[];
    up?: number[];
    down?: number[];
    current: number;
    want: number;
  }[] = [
    { name: 'pods policy larger than percent', rules: policies(20, 60, 1, 60), current: 100, want: 80 },
    { name: 'pods policy of 2 against 1 %', rules: policies(2, 60, 1, 60), current: 100, want: 98 },
    { name: 'pod policy limitation', rules: policies(5, 60, 0, 0), current: 10, want: 5 },
    { name: 'percent policy limitation', rules: policies(0, 0, 50, 60), current: 10, want: 5 },
    {
      name: 'pod policy and previous events (100 + 15 - 5)',
      rules: policies(5, 120, 0, 0),
      down: [1, 5, 9],
      current: 100,
      want: 100,
    },
    {
      name: 'percent policy and previous events ((100 + 12) - 50 %)',
      rules: policies(0, 0, 50, 120),
      down: [2, 4, 6],
      current: 100,
      want: 56,
    },
    {
      name: 'percent policy and events up and down ((10 + 4 - 2) - 50 %)',
      rules: policies(0, 0, 50, 180),
      up: [2],
      down: [4],
      current: 10,
      want: 6,
    },
    {
      name: 'previous events preventing further scale down (130 - 10 % > 100)',
      rules: policies(0, 0, 10, 120),
      down: [10, 10, 10],
      current: 100,
      want: 100,
    },
    {
      name: 'previous events still allowing more (40 - 1000 %)',
      rules: policies(0, 0, 1000, 120),
      down: [10, 10, 10],
      current: 10,
      want: -360,
    },
  ];
  for (const { name, rules, up, down, current, want } of upstream)
    it(`is ${want} in upstream's "${name}"`, () => {
      const { scaleDown } = completeBehavior({ scaleDown: { policies: rules } });
      assert.equal(scaleLimit('down', NOW, current, events(up, down), scaleDown), want);
    });

  // Oracle: upstream TestCalculateScaleDownLimitWithBehaviors: max(5 - 2, 5 - 50 %) = 3.
  it('takes the strictest policy with selectPolicy Min', () => {
    const { scaleDown } = completeBehavior({
      scaleDown: { selectPolicy: 'Min', policies: policies(2, 60, 50, 60) },
    });
    assert.equal(scaleLimit('down', NOW, 5, events(), scaleDown), 3);
  });

  it('is the current number with selectPolicy Disabled', () => {
    const { scaleDown } = completeBehavior({ scaleDown: { selectPolicy: 'Disabled' } });
    assert.equal(scaleLimit('down', NOW, 7, events(), scaleDown), 7);
  });
});
