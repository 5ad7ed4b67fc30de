import assert from 'node:assert/strict';
import { forecast, fit as learn } from '../index.js';
import { detectSeason } from './detect-season.js';

const STEP_SECONDS = 300;
const noise = (t: number) => Math.sin(t * t * 0.731 + t * 12.9898);
const series = (count: number, at: (t: number) => number) =>
  Float64Array.from({ length: count }, (_, t) => at(t));
/** Jobs at each full hour on a load that grows. */
const hourly = (t: number) => (t % 12 === 0 ? 80 : 10) + 0.02 * t + noise(t);

describe('detectSeason', () => {
  it('finds jobs at each full hour, in a load that grows', () => {
    assert.equal(detectSeason(series(150, hourly), STEP_SECONDS), 3600);
  });

  it('finds six hours, and not the two or three that are part of it', () => {
    const load = series(280, (t) => 50 + 30 * Math.sin((2 * Math.PI * t) / 72) + noise(t));
    assert.equal(detectSeason(load, STEP_SECONDS), 21_600);
  });

  it('finds none in noise, in a trend, or in a constant', () => {
    assert.equal(detectSeason(series(280, noise), STEP_SECONDS), undefined);
    assert.equal(
      detectSeason(
        series(280, (t) => 3 * t),
        STEP_SECONDS,
      ),
      undefined,
    );
    assert.equal(
      detectSeason(
        series(280, () => 5),
        STEP_SECONDS,
      ),
      undefined,
    );
  });

  it('finds it between gaps', () => {
    const load = series(280, (t) => (t > 100 && t < 130 ? Number.NaN : hourly(t)));
    assert.equal(detectSeason(load, STEP_SECONDS), 3600);
  });

  it('lets a young service be forecast by its hours, before its days are known', () => {
    const model = learn(
      { startSeconds: 0, stepSeconds: STEP_SECONDS, values: series(10 * 12 - 2, hourly) },
      { horizonSteps: 6, seasonality: 'auto', timezone: 'UTC' },
    );
    assert.equal(model.stage, 'trend');
    const { mean, peakStep } = forecast(model, 6, []);
    assert.equal(peakStep, 2);
    assert.ok(Math.abs(mean[2]! - 82) < 8, `${mean[2]}`);
  });
});
