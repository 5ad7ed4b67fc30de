import assert from 'node:assert/strict';
import { mean, standardDeviation } from 'simple-statistics';
import { simulatedLoad } from './simulated-load.js';
import { usualLoadAt } from './weekly-load.js';

const MINUTE_SECONDS = 60;
const start = Date.UTC(2026, 0, 5) / 1000;
const minutesOf = (days: number) =>
  Array.from({ length: days * 1440 }, (_, index) => start + index * MINUTE_SECONDS);

describe('the simulated load', () => {
  it('is the same past for the same seed, whatever is asked first', () => {
    const forward = minutesOf(2).map(simulatedLoad({ seed: 'app-a', peakPerSecond: 50 }));
    const backward = minutesOf(2)
      .reverse()
      .map(simulatedLoad({ seed: 'app-a', peakPerSecond: 50 }));
    assert.deepEqual(forward, backward.reverse());
  });

  it('is another past for another seed', () => {
    const one = minutesOf(1).map(simulatedLoad({ seed: 'app-a', peakPerSecond: 50 }));
    const other = minutesOf(1).map(simulatedLoad({ seed: 'app-b', peakPerSecond: 50 }));
    assert.ok(one.every(({ perSecond }, index) => perSecond !== other[index]!.perSecond));
  });

  it('follows the usual week, scaled to its peak, with a few percent of noise and no drift', () => {
    const load = simulatedLoad({ seed: 'app-a', peakPerSecond: 50 });
    const ratios = minutesOf(28)
      .map((second) => ({ ...load(second), usual: 50 * usualLoadAt(second) }))
      .map(({ perSecond, usual }) => perSecond / usual)
      .filter((ratio) => ratio > 0.7 && ratio < 1.4); // without the incidents
    assert.ok(Math.abs(mean(ratios) - 1) < 0.03, `mean ratio ${mean(ratios)}`);
    const deviation = standardDeviation(ratios);
    assert.ok(deviation > 0.02 && deviation < 0.1, `standard deviation ${deviation}`);
  });

  it('has outages and surges of 10 to 40 minutes on about one day in eight', () => {
    const load = simulatedLoad({ seed: 'app-a', peakPerSecond: 50 });
    const days = 400;
    const lengths: number[] = [];
    let previous = false;
    for (const second of minutesOf(days)) {
      const { perSecond, errorShare } = load(second);
      const ratio = perSecond / (50 * usualLoadAt(second));
      const incident = ratio < 0.5 || ratio > 1.5;
      if (incident && !previous) lengths.push(0);
      if (incident) lengths[lengths.length - 1]! += 1;
      previous = incident;
      assert.equal(errorShare > 0.1, ratio < 0.5, 'an outage fails requests, a surge does not');
    }
    // 12 % of 400 days is 48; four standard deviations of the binomial are 26.
    assert.ok(lengths.length > 22 && lengths.length < 74, `${lengths.length} incidents`);
    assert.ok(Math.min(...lengths) >= 9 && Math.max(...lengths) <= 41);
  });
});
