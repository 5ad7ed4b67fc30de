import assert from 'node:assert/strict';
import { type DaySlots, expectedError, measureVolatility, nextRatio, typicalErrors } from './volatility.js';

const HOUR = 3600;

describe('volatility', () => {
  const daySlots: DaySlots = {
    periodSeconds: 86_400,
    slotCount: 24,
    slots: Int32Array.from({ length: 24 * 11 }, (_, t) => t % 24),
  };
  const origins = { first: 0, stride: 1, count: 240 };
  /** The error of an origin belongs to the step after it. */
  const errorsBy = (size: (hour: number) => number) =>
    Float64Array.from({ length: 240 }, (_, i) => size((i + 1) % 24) * (i % 2 ? 1 : -1));

  it('knows the hours at which errors are large', () => {
    const errors = errorsBy((hour) => (hour === 9 ? 50 : 1));
    const typical = typicalErrors(errors, origins, daySlots, 1, HOUR);
    assert.equal(typical.indexOf(Math.max(...typical)), 9);
    assert.ok(typical[9]! > 5 * typical[20]!);
    // The kernel of two hours weighs 1, 2, 3, 2, 1; a tenth is the overall mean.
    const mean = (50 + 23) / 24;
    assert.ok(Math.abs(typical[9]! - (0.1 * mean + 0.9 * ((3 * 50 + 6) / 9))) < 1e-9);
  });

  it('treats midnight as any other hour', () => {
    const atNoon = typicalErrors(
      errorsBy((hour) => (hour === 12 ? 9 : 1)),
      origins,
      daySlots,
      1,
      HOUR,
    );
    const atMidnight = typicalErrors(
      errorsBy((hour) => (hour === 0 ? 9 : 1)),
      origins,
      daySlots,
      1,
      HOUR,
    );
    atNoon.forEach((size, hour) => {
      assert.ok(Math.abs(size - atMidnight[(hour + 12) % 24]!) < 1e-9, `${hour}`);
    });
  });

  it('is 1 in ordinary times, above in restless ones, and comes back', () => {
    let ratio = 1;
    for (let i = 0; i < 20; i++) ratio = nextRatio(ratio, -5, 5, 300);
    assert.equal(ratio, 1);
    for (let i = 0; i < 20; i++) ratio = nextRatio(ratio, 25, 5, 300);
    assert.ok(ratio > 3 && ratio < 5, `${ratio}`);
    assert.ok(expectedError(5, ratio) > 12);
    for (let i = 0; i < 200; i++) ratio = nextRatio(ratio, 5, 5, 300);
    assert.ok(Math.abs(ratio - 1) < 1e-3);
  });

  it('takes several steps at once as it would one by one', () => {
    const together = nextRatio(2, 10, 5, 300, 3);
    let ratio = 2;
    for (let i = 0; i < 3; i++) ratio = nextRatio(ratio, 10, 5, 300);
    assert.ok(Math.abs(together - ratio) < 1e-12);
    const slower = nextRatio(1, 10, 5, 300, 3);
    assert.ok(slower > nextRatio(1, 10, 5, 300));
  });

  it('stays where it is when an error is unknown, or there never was one', () => {
    assert.equal(nextRatio(2, Number.NaN, 5, 300), 2);
    assert.equal(nextRatio(2, 1, 0, 300), 2);
  });

  it('says what was known at each origin, not what came', () => {
    const errors = errorsBy((hour) => (hour === 9 ? 50 : 1));
    const { ratios } = measureVolatility(errors, origins, daySlots, HOUR);
    const changed = errors.slice();
    changed[100] = 1000;
    const other = measureVolatility(changed, origins, daySlots, HOUR).ratios;
    // The typical errors see the whole past, so ratios before move a little; at the origin itself nothing jumps.
    assert.equal(ratios[0], 1);
    assert.ok(other[101]! > 2 * other[100]!);
  });
});
