import assert from 'node:assert/strict';
import { testSetup as setup, testReplayTrigger as trigger } from '../../test/support/backtest/backtest.js';
import { minuteSamples, officeLoad } from '../../test/support/backtest/load.js';
import { comparePolicies, resultOf } from './compare.js';
import { loadOfSamples } from './recording.js';

describe('comparePolicies', () => {
  const load = loadOfSamples(minuteSamples(9, officeLoad));
  const predictive = new Float64Array(1440).fill(100);
  const comparison = comparePolicies(
    load,
    { span: { from: 8 * 1440, to: 9 * 1440 }, setup, trigger },
    predictive,
  );

  it('lets every policy follow the same load, the oracle without overload', () => {
    assert.deepEqual(
      comparison.policies.map(({ key }) => key),
      ['reactive', 'yesterday', 'lastWeek', 'predictive', 'oracle'],
    );
    assert.equal(resultOf(comparison, 'oracle').outcome.overloadedMinutes, 0);
    assert.ok(resultOf(comparison, 'reactive').outcome.overloadedMinutes > 0);
  });

  it('compares at 1 %, at 0.2 %, and at the reactive autoscaler’s own overload', () => {
    const [, , own] = comparison.equalOverload;
    assert.deepEqual(
      comparison.equalOverload.map(({ overloadedShare }) => overloadedShare),
      [0.01, 0.002, resultOf(comparison, 'reactive').outcome.overloadedShare],
    );
    assert.ok(own.cheapest.reactive!.podHours <= resultOf(comparison, 'reactive').outcome.podHours);
    for (const { overloadedShare, cheapest } of comparison.equalOverload)
      for (const point of Object.values(cheapest)) assert.ok(point.overloadedShare <= overloadedShare);
  });

  it('leaves out last week when the load does not reach back that far', () => {
    const short = comparePolicies(
      load,
      { span: { from: 5 * 1440, to: 6 * 1440 }, setup, trigger },
      predictive,
    );
    assert.ok(!short.policies.some(({ key }) => key === 'lastWeek'));
  });
});
