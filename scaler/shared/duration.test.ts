import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDuration, parseDurationSeconds } from './duration.js';
import { ScalerError } from './errors.js';

describe('parseDurationSeconds', () => {
  // Oracle: the units' definitions (m = 60 s, h = 3600 s, d = 24 h, w = 7 d, y = 365 d), multiplied by hand.
  const accepted: [string, number][] = [
    ['90s', 90],
    ['15m', 900],
    ['2h30m', 9000],
    ['1d12h', 129_600],
    ['7d', 604_800],
    ['1w', 604_800],
    ['1y', 31_536_000],
    ['500ms', 0.5],
    ['1.5h', 5400],
    ['1s1ms', 1.001],
    ['100us', 0.0001],
    ['100µs', 0.0001],
    ['0', 0],
    ['0s', 0],
    [' 5m ', 300],
    ['1w2d3h4m5s6ms', 788_645.006],
  ];
  for (const [text, seconds] of accepted)
    it(`reads ${JSON.stringify(text)} as ${seconds} seconds`, () => {
      assert.equal(parseDurationSeconds(text), seconds);
    });

  const refused: [string, string, RegExp][] = [
    ['a bare number', '90', /"90" is not a duration \(the unit is missing\).*90s, 15m/],
    ['nothing', '', /"" is not a duration/],
    ['a negative one', '-5m', /"-5m" is not a duration/],
    ['an unknown unit', '5x', /"5x"/],
    ['words', '5 minutes', /"5 minutes"/],
    ['units out of order', '30m2h', /each unit comes once, the largest first/],
    ['a unit twice', '1m1m', /each unit comes once/],
    ['a number without end', `${'9'.repeat(60)}y`, /too long to count/],
    ['a megabyte of text', '1s'.repeat(500_000), /longer than 64 characters/],
  ];
  for (const [name, text, message] of refused)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseDurationSeconds(text),
        (error) =>
          error instanceof ScalerError &&
          error.kind === 'invalid' &&
          message.test(error.message) &&
          error.message.length < 250,
      );
    });
});

describe('formatDuration', () => {
  const cases: [number, string][] = [
    [0, '0s'],
    [0.25, '250ms'],
    [90, '1m30s'],
    [9000, '2h30m'],
    [604_800, '1w'],
    [1_296_000, '15d'],
    [1_209_600, '2w'],
  ];
  for (const [seconds, text] of cases)
    it(`writes ${seconds} seconds as ${text}`, () => {
      assert.equal(formatDuration(seconds), text);
    });

  it('is read back to the same number of milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 13 }), (milliseconds) => {
        assert.equal(parseDurationSeconds(formatDuration(milliseconds / 1000)), milliseconds / 1000);
      }),
    );
  });

  it('refuses what is no duration', () => {
    assert.throws(() => formatDuration(-1), RangeError);
    assert.throws(() => formatDuration(Number.NaN), RangeError);
  });
});
