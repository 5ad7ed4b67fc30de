import assert from 'node:assert/strict';
import { testBacktest } from '../../test/support/backtest/backtest.js';
import { minuteSamples, officeLoad, wanderingLoad } from '../../test/support/backtest/load.js';
import { resultOf } from './compare.js';
import { recommend } from './recommend.js';

describe('recommend', () => {
  it('says use it when a daily rise overloads a reactive autoscaler and the forecast sees it coming', () => {
    const backtest = testBacktest(minuteSamples(9, officeLoad), 2);
    const { verdict, reasons } = recommend(backtest);
    assert.equal(verdict, 'use', reasons.join('\n'));
    // Each day's two rises leave the reactive autoscaler short for at least a pod's start-up time: 2 * 2 * 2 min.
    assert.ok(resultOf(backtest.comparison, 'reactive').outcome.overloadedMinutes >= 8);
    assert.ok(resultOf(backtest.comparison, 'predictive').outcome.overloadedMinutes < 2);
  });

  it('says to observe first when the same is shown on one day only', () => {
    const { verdict } = recommend(testBacktest(minuteSamples(9, officeLoad), 1));
    assert.equal(verdict, 'observe');
  });

  it('says not for this series when there is no rhythm and a reactive autoscaler keeps up', () => {
    const { verdict, reasons } = recommend(testBacktest(minuteSamples(9, wanderingLoad()), 2));
    assert.equal(verdict, 'not', reasons.join('\n'));
  });

  it('gives its reasons in numbers of the comparison', () => {
    const backtest = testBacktest(minuteSamples(5, officeLoad), 2);
    const { podHours } = resultOf(backtest.comparison, 'predictive').outcome;
    const { reasons } = recommend(backtest);
    assert.match(reasons[0]!, new RegExp(`with ${Math.round(podHours)}\\.$`));
  });
});
