import assert from 'node:assert/strict';
import { workloadAt } from '../../test/support/workload-openmetrics.js';
import { compactModel } from './compact-model.js';
import { fit, forecast, update } from './index.js';

describe('compactModel', () => {
  it('forecasts as the model that it was made of, also after a day of updates, in little more than half the bytes', () => {
    const stepSeconds = 300;
    const startSeconds = 1_772_409_600;
    const steps = 14 * 288;
    const values = Float64Array.from({ length: steps }, (_, i) => workloadAt(startSeconds + i * stepSeconds));
    const peaks = values.map((value) => 1.1 * value);
    const options = { horizonSteps: 6, seasonality: 'auto', timezone: 'UTC' } as const;
    const exact = fit({ startSeconds, stepSeconds, values, peaks }, options);
    const compact = compactModel(fit({ startSeconds, stepSeconds, values, peaks }, options));
    for (let i = 0; i <= 288; i++) {
      const a = forecast(exact, 6, [0.1, 0.9]);
      const b = forecast(compact, 6, [0.1, 0.9]);
      for (const [k, peak] of a.peaks.entries())
        assert.ok(Math.abs(peak - b.peaks[k]!) < 1e-5 * peak, `${peak} and ${b.peaks[k]} after ${i} steps`);
      const value = workloadAt(startSeconds + (steps + i) * stepSeconds);
      for (const model of [exact, compact]) update(model, value, 1.1 * value);
    }
    assert.ok(bytes(compact) < 0.6 * bytes(exact), `${bytes(compact)} of ${bytes(exact)} bytes`);
  });
});

/** Bytes of every typed array inside. */
function bytes(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value === null || typeof value !== 'object') return 0;
  return Object.values(value).reduce<number>((sum, held) => sum + bytes(held), 0);
}
