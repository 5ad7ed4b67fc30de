import assert from 'node:assert/strict';
import type { FitOptions, Series } from '../forecast/index.js';
import { cutSeries } from '../forecast/series.js';
import { fitCompact } from './fit-worker.js';
import { RefittingModel } from './refitting-model.js';

const step = 300;
const hour = 3600;
const day = 86_400;
// 2026-03-02T00:00:00Z
const midnight = 1_772_409_600;

const options: FitOptions = { horizonSteps: 3, seasonality: 'auto', timezone: 'UTC' };
const trigger = {
  horizonSeconds: 3 * step,
  stepSeconds: step,
  quantile: 0.9,
  timezone: 'UTC',
  threshold: 10,
};
/** A daily rhythm with a bend that no season explains, so that a model's state shows in its forecast. */
function history(untilSeconds: number): Series {
  const startSeconds = midnight - 4 * day;
  const values = Float64Array.from({ length: (untilSeconds - startSeconds) / step }, (_, i) => {
    const at = startSeconds + i * step;
    return 100 + 40 * Math.sin((2 * Math.PI * at) / day) + 10 * Math.sin(at / 5000) + ((i * 7919) % 13);
  });
  return { startSeconds, stepSeconds: step, values, peaks: values.map((value) => value * 1.1) };
}

/** Lives through every step from one moment to another, as the planner and the replay do. */
function live(model: RefittingModel, fromSeconds: number, toSeconds: number): void {
  for (let now = fromSeconds; now <= toSeconds; now += step) {
    const known = history(now);
    model.advance(now, known);
    const boundary = model.dueBoundarySeconds(now, now);
    if (boundary !== undefined) {
      model.offer(boundary, fitCompact(cutSeries(known, boundary - 14 * day, boundary), options));
      model.advance(now, known);
    }
  }
}

describe('RefittingModel', () => {
  it('holds the same model at a moment whenever it was started', () => {
    const old = new RefittingModel(trigger, hour, 0);
    const young = new RefittingModel(trigger, hour, 0);
    const now = midnight + 5 * hour + 4 * step;
    live(old, midnight, now);
    live(young, now, now);
    assert.ok(old.outlook(now));
    assert.deepEqual(old.outlook(now), young.outlook(now));
    assert.deepEqual(old.model, young.model);
  });

  it('changes over to a newer fit only when its grace has passed', () => {
    const model = new RefittingModel(trigger, hour, 0);
    live(model, midnight, midnight + hour);
    const before = model.model!.quality;
    live(model, midnight + hour + step, midnight + hour + step);
    assert.notDeepEqual(model.model!.quality, before);
  });

  it('looks as far ahead as the fit in use was made for, at its quantile', () => {
    const model = new RefittingModel(trigger, hour, 0);
    live(model, midnight, midnight + step);
    const known = history(midnight + hour);
    const wider = { ...trigger, horizonSeconds: 6 * step, quantile: 0.5 };
    model.offer(midnight + hour, fitCompact(known, { ...options, horizonSteps: 7, quantile: 0.5 }), wider);
    model.advance(midnight + hour, known);
    assert.equal(model.settings, trigger);
    assert.equal(model.outlook(midnight + hour)!.forecast.mean.length, 4);
    const changed = midnight + hour + step;
    model.advance(changed, history(changed));
    assert.equal(model.settings, wider);
    const { forecast } = model.outlook(changed)!;
    assert.equal(forecast.mean.length, 7);
    assert.ok(forecast.upper[6]! < 1.2 * forecast.mean[6]!, 'the upper line is the median');
  });

  it('uses a fit from a step after its boundary on, before a new step comes', () => {
    const model = new RefittingModel(trigger, hour, 0);
    live(model, midnight, midnight + hour);
    const before = model.model;
    model.changeOver(midnight + hour + step - 1);
    assert.equal(model.model, before);
    model.changeOver(midnight + hour + step);
    assert.notEqual(model.model, before);
  });

  it('asks for one fit a boundary', () => {
    const model = new RefittingModel(trigger, hour, 0);
    const due: number[] = [];
    for (let now = midnight; now < midnight + 3 * hour; now += step) {
      const boundary = model.dueBoundarySeconds(now, now);
      if (boundary === undefined) continue;
      due.push(boundary);
      model.offer(boundary, fitCompact(cutSeries(history(now), boundary - day, boundary), options));
      model.advance(now, history(now));
    }
    assert.deepEqual(due, [midnight - hour, midnight, midnight + hour, midnight + 2 * hour]);
  });

  it('asks for a fit as soon as the history is long enough for the next stage', () => {
    // The refit clock strikes at midnight and then not for six days; the history begins at noon before.
    const refitSeconds = 6 * day;
    const model = new RefittingModel(trigger, refitSeconds, midnight % refitSeconds);
    const due: number[] = [];
    for (let now = midnight + step; now < midnight + 3 * day; now += step) {
      const known = cutSeries(history(now), midnight - day / 2, now);
      const boundary = model.dueBoundarySeconds(now, now);
      if (boundary !== undefined) {
        model.offer(boundary, fitCompact(cutSeries(known, 0, boundary), options));
        due.push(boundary);
      }
      model.advance(now, known);
    }
    assert.equal(due[0], midnight);
    assert.equal(model.model?.stage, 'daily');
    assert.ok(due.length <= 4, `fits at ${due}`);
  });

  it('asks for no fit on steps that have not arrived', () => {
    const model = new RefittingModel(trigger, hour, 0);
    live(model, midnight + step, midnight + step);
    assert.equal(model.dueBoundarySeconds(midnight + hour, midnight + hour - step), undefined);
    assert.equal(model.dueBoundarySeconds(midnight + hour, midnight + hour), midnight + hour);
  });
});
