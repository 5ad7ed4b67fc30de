import assert from 'node:assert/strict';
import { testBacktest, testSetup } from '../../test/support/backtest/backtest.js';
import { minuteSamples, officeLoad, wanderingLoad } from '../../test/support/backtest/load.js';
import { resultOf } from './compare.js';
import { recommend } from './recommend.js';
import { comparisonTable } from './table.js';

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
    assert.doesNotMatch(reasons.join('\n'), /Less than firm/);
  });

  it('says that it is less than firm where it advises against it after one day', () => {
    const { verdict, reasons } = recommend(testBacktest(minuteSamples(9, wanderingLoad()), 1));
    assert.equal(verdict, 'not', reasons.join('\n'));
    assert.equal(
      reasons[1],
      'Less than firm, because only 1d were evaluated, and two days or more would say enough.',
    );
  });

  it('says to observe first where the load is too short for a day to be known', () => {
    const { verdict, reasons } = recommend(testBacktest(minuteSamples(1, officeLoad), 1 / 3));
    assert.equal(verdict, 'observe', reasons.join('\n'));
    assert.match(
      reasons[0]!,
      /^First, because only 8h were evaluated, .*, and the model has no season yet\.$/,
    );
  });

  it('gives its reasons in numbers of the comparison', () => {
    const backtest = testBacktest(minuteSamples(5, officeLoad), 2);
    const { podHours } = resultOf(backtest.comparison, 'predictive').outcome;
    const { reasons } = recommend(backtest);
    assert.match(reasons[0]!, new RegExp(`with ${Math.round(podHours)}\\.$`));
  });

  it('names a cheaper threshold that is at most what a replica carries, and its cost and overload', () => {
    const { reasons, cheaperThreshold } = recommend(testBacktest(minuteSamples(9, officeLoad), 2));
    assert.ok(cheaperThreshold!.threshold > 7 && cheaperThreshold!.threshold <= 10);
    const sentence = `With this scaler a threshold of ${cheaperThreshold!.threshold} instead of 7 is enough`;
    assert.ok(
      reasons.some((reason) => reason.startsWith(sentence)),
      reasons.join('\n'),
    );
  });

  it('does not credit the forecast with a threshold that a reactive autoscaler can have as well', () => {
    const backtest = testBacktest(minuteSamples(9, wanderingLoad()), 2);
    const { reasons, cheaperThreshold } = recommend(backtest);
    // The reactive autoscaler itself would keep the limit with fewer pods than at a threshold of 7.
    const reactive = resultOf(backtest.comparison, 'reactive').outcome;
    assert.ok(backtest.comparison.equalOverload[1].cheapest.reactive!.podHours < 0.9 * reactive.podHours);
    assert.equal(cheaperThreshold, undefined);
    assert.doesNotMatch(reasons.join('\n'), /a threshold of/);
  });

  it('says that there is nothing to scale when the fewest replicas carry the load at all times', () => {
    const load = minuteSamples(4, (minute) => officeLoad(minute) / 20);
    const { verdict, headline, reasons } = recommend(testBacktest(load, 1));
    assert.equal(verdict, 'nothing-to-scale');
    assert.equal(headline, 'Nothing to scale at this threshold.');
    assert.match(reasons[0]!, /^At all times one replica carries the load/);
    // Busy hours are at 5 to 5.125: a twentieth of that is a replica's capacity, 70 % of it the threshold.
    const threshold = Number(/--threshold ([\d.]+)/.exec(reasons.join('\n'))![1]);
    assert.ok(Math.abs(threshold - (0.7 * 5.1) / 20) < 0.005, `${threshold}`);
    const sleeping = { ...testSetup, minReplicas: 0 };
    assert.notEqual(recommend(testBacktest(load, 1, { setup: sleeping })).verdict, 'nothing-to-scale');
  });

  it('names pods that were kept awake while there was no load', () => {
    const idle = minuteSamples(5, (minute) => (officeLoad(minute) > 50 ? officeLoad(minute) : 0));
    const backtest = testBacktest(idle, 1, { setup: { ...testSetup, minReplicas: 0 } });
    resultOf(backtest.comparison, 'predictive').replicas.fill(3);
    const { reasons } = recommend(backtest);
    // Of the day's 24 hours 7 are busy; three pods in the other 17 are 51 pod-hours.
    assert.match(reasons.join('\n'), /While there was no load, this scaler kept pods for 51 pod-hours/);
  });
});

describe('comparisonTable', () => {
  const { comparison } = testBacktest(minuteSamples(9, officeLoad), 2);

  it('says that pod-hours at the threshold are not at the same overload', () => {
    const reactive = resultOf(comparison, 'reactive').outcome;
    assert.ok(reactive.overloadedShare > 0.0005);
    assert.match(
      comparisonTable(comparison, 7).notes.join('\n'),
      /At threshold 7 the overload is not the same/,
    );
  });

  it('says so of single cells, and of nothing when all are equal', () => {
    const { rows, notes } = comparisonTable(comparison, 7);
    const marked = rows.filter(({ cells }) => cells.some((cell) => cell.endsWith('*')));
    assert.equal(
      marked.length > 0,
      notes.some((note) => note.startsWith('*')),
    );
    const even = testBacktest(
      minuteSamples(4, () => 50),
      1,
    );
    assert.deepEqual(comparisonTable(even.comparison, 7).notes, [
      '2.00x: twice the pod-hours of an oracle that knows the future.',
    ]);
  });
});
