import assert from 'node:assert/strict';
import { fit as fitModel, forecast, update } from './index.js';

const DAY = 288;
const options = { horizonSteps: 6, seasonality: 'auto', timezone: 'UTC' } as const;
const daily = (count: number) =>
  Float64Array.from({ length: count }, (_, t) => 100 + 50 * Math.sin((2 * Math.PI * t) / DAY));

describe('forecast', () => {
  it('continues a pure daily season', () => {
    const all = daily(6 * DAY + 6);
    const model = fitModel({ startSeconds: 0, stepSeconds: 300, values: all.slice(0, 6 * DAY) }, options);
    const { mean } = forecast(model, 6, [0.9]);
    mean.forEach((value, h) => {
      assert.ok(Math.abs(value - all[6 * DAY + h]!) < 1, `step ${h}: ${value}, not ${all[6 * DAY + h]}`);
    });
    assert.equal(model.stage, 'daily');
    assert.equal(model.guarded, false);
  });

  it('moves on by update() and then forecasts from the newer step', () => {
    const all = daily(6 * DAY);
    const model = fitModel({ startSeconds: 0, stepSeconds: 300, values: all.slice(0, 5 * DAY) }, options);
    for (let t = 5 * DAY; t < 6 * DAY; t++) update(model, all[t]!, all[t]!);
    const { startSeconds, mean } = forecast(model, 6, [0.9]);
    assert.equal(startSeconds, 6 * DAY * 300);
    assert.ok(Math.abs(mean[0]! - 100) < 2, `${mean[0]}`);
  });

  it('survives structured clone, so it can be fitted in another thread', () => {
    const model = fitModel({ startSeconds: 0, stepSeconds: 300, values: daily(3 * DAY) }, options);
    assert.deepEqual(forecast(structuredClone(model), 6, [0.5]), forecast(model, 6, [0.5]));
  });
});
