import assert from 'node:assert/strict';
import { expectedError, followError, measureVolatility, staysAway, typicalErrors } from './volatility.js';

const HOUR = 3600;

describe('volatility', () => {
  const daySlots = {
    periodSeconds: 86_400,
    slotCount: 24,
    slots: Int32Array.from({ length: 24 * 11 }, (_, t) => t % 24),
  };
  const origins = { steps: Int32Array.from({ length: 240 }, (_, i) => i), stride: 1, horizonSteps: 1 };
  /** The error of an origin belongs to the step after it. */
  const errorsBy = (size: (hour: number) => number) =>
    Float64Array.from({ length: 240 }, (_, i) => size((i + 1) % 24) * (i % 2 ? 1 : -1));

  it('knows the hours at which errors are large', () => {
    const errors = errorsBy((hour) => (hour === 9 ? 50 : 1));
    const typical = typicalErrors(errors, origins, daySlots, HOUR);
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
      HOUR,
    );
    const atMidnight = typicalErrors(
      errorsBy((hour) => (hour === 0 ? 9 : 1)),
      origins,
      daySlots,
      HOUR,
    );
    atNoon.forEach((size, hour) => {
      assert.ok(Math.abs(size - atMidnight[(hour + 12) % 24]!) < 1e-9, `${hour}`);
    });
  });

  const calm = () => ({ ratio: 1, newest: 0, wasSudden: false, absentSteps: 0 });

  it('is 1 in ordinary times, above in restless ones, and comes back', () => {
    const spell = calm();
    for (let i = 0; i < 20; i++) followError(spell, -5, 5, 300);
    assert.equal(spell.ratio, 1);
    for (let i = 0; i < 20; i++) followError(spell, 25, 5, 300);
    assert.ok(spell.ratio > 3 && spell.ratio < 5, `${spell.ratio}`);
    assert.ok(expectedError(5, spell.ratio) > 12);
    for (let i = 0; i < 200; i++) followError(spell, 5, 5, 300);
    assert.ok(Math.abs(spell.ratio - 1) < 1e-3);
  });

  it('takes several steps at once as it would one by one', () => {
    const together = { ...calm(), ratio: 2 };
    followError(together, 10, 5, 300, 3);
    const single = { ...calm(), ratio: 2 };
    for (let i = 0; i < 3; i++) followError(single, 10, 5, 300);
    assert.ok(Math.abs(together.ratio - single.ratio) < 1e-12);
  });

  it('hardly moves after one wild error and its echo, and follows errors that stay large', () => {
    const spell = calm();
    for (const error of [5, 1000, -600, 5]) followError(spell, error, 5, 300);
    assert.ok(spell.ratio < 1.3, `${spell.ratio}`);
    for (const error of [1000, 900, -1100, 1000]) followError(spell, error, 5, 300);
    // Three of the four count in full: each moves the ratio, 200 in their size, by a twentieth of the way.
    assert.ok(spell.ratio > 20, `${spell.ratio}`);
  });

  it('stays low while forecasts are far too high again and again, and follows those that are too low', () => {
    const afterAnHour = (error: number) => {
      const spell = calm();
      for (let i = 0; i < 12; i++) followError(spell, error, 5, 300);
      return spell.ratio;
    };
    // An hour of errors of 50 times the typical one: a load of which more came than expected, or one that stayed away.
    assert.ok(afterAnHour(250) > 20, `too low: ${afterAnHour(250)}`);
    assert.ok(afterAnHour(-250) < 4, `too high: ${afterAnHour(-250)}`);
    // Small ones are noise, whatever their side.
    assert.equal(afterAnHour(-8), afterAnHour(8));
  });

  it('says that a load stays away after half an hour far below its forecast, and two steps at least', () => {
    const stepsUntil = (stepSeconds: number, error: number) => {
      const { volatility } = measureVolatility(
        errorsBy(() => 1),
        origins,
        daySlots,
        HOUR,
      );
      for (let step = 1; step <= 100; step++) {
        followError(volatility, error, 1, stepSeconds);
        if (staysAway(volatility, stepSeconds)) return step;
      }
      return undefined;
    };
    assert.deepEqual(
      [60, 300, 900, 1800, HOUR].map((step) => stepsUntil(step, -7)),
      [30, 6, 2, 2, 2],
    );
    assert.equal(stepsUntil(300, -5), undefined, 'not far below');
    assert.equal(stepsUntil(300, 7), undefined, 'above');
  });

  it('stays where it is when an error is unknown, or there never was one', () => {
    const spell = { ...calm(), ratio: 2 };
    followError(spell, Number.NaN, 5, 300);
    followError(spell, 1, 0, 300);
    assert.deepEqual(spell, { ...calm(), ratio: 2 });
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
