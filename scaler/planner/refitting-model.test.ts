import assert from 'node:assert/strict';
import { testTrigger } from '../../test/support/test-trigger.js';
import type { FitOptions, Series } from '../forecast/index.js';
import { cutSeries } from '../forecast/series.js';
import { fitCompact } from './fit-worker.js';
import { RefittingModel } from './refitting-model.js';

const STEP = 300;
const HOUR = 3600;
const DAY = 86_400;
// 2026-03-02T00:00:00Z
const MIDNIGHT = 1_772_409_600;

const options: FitOptions = { horizonSteps: 3, seasonality: 'auto', timezone: 'UTC' };
const own = { trigger: testTrigger({ horizonSeconds: 3 * STEP, stepSeconds: STEP }) };
/** A daily rhythm with a bend that no season explains, so that a model's state shows in its forecast. */
function history(untilSeconds: number): Series {
  const startSeconds = MIDNIGHT - 4 * DAY;
  const values = Float64Array.from({ length: (untilSeconds - startSeconds) / STEP }, (_, i) => {
    const at = startSeconds + i * STEP;
    return 100 + 40 * Math.sin((2 * Math.PI * at) / DAY) + 10 * Math.sin(at / 5000) + ((i * 7919) % 13);
  });
  return { startSeconds, stepSeconds: STEP, values, peaks: values.map((value) => value * 1.1) };
}

/** Lives through every step from one moment to another, as the planner and the replay do. */
function live(model: RefittingModel, fromSeconds: number, toSeconds: number): void {
  for (let now = fromSeconds; now <= toSeconds; now += STEP) {
    const known = history(now);
    model.advance(now, known);
    const boundary = model.dueBoundarySeconds(now, now);
    if (boundary !== undefined) {
      model.offer(boundary, fitCompact(cutSeries(known, boundary - 14 * DAY, boundary), options));
      model.advance(now, known);
    }
  }
}

describe('RefittingModel', () => {
  describe('refits at boundaries', () => {
    const latest = (atSeconds: number, stepSeconds: number, refitSeconds: number, offsetSeconds: number) => {
      const { trigger } = own;
      const model = new RefittingModel({ trigger: { ...trigger, stepSeconds } }, refitSeconds, offsetSeconds);
      return model.latestBoundarySeconds(atSeconds + stepSeconds);
    };

    it('a period apart, and uses the newest from a step after it on', () => {
      assert.equal(latest(MIDNIGHT, STEP, HOUR, 0), MIDNIGHT);
      assert.equal(latest(MIDNIGHT + HOUR - 1, STEP, HOUR, 0), MIDNIGHT);
      assert.equal(latest(MIDNIGHT + HOUR, STEP, HOUR, 0), MIDNIGHT + HOUR);
    });

    it('shifted by the offset, rounded down to the step grid', () => {
      assert.equal(latest(MIDNIGHT + 700, STEP, HOUR, 650), MIDNIGHT + 600);
      assert.equal(latest(MIDNIGHT + 599, STEP, HOUR, 650), MIDNIGHT + 600 - HOUR);
    });

    it('on the step grid when the period is no multiple of the step', () => {
      assert.equal(latest(MIDNIGHT + 5 * HOUR, 1800, 2700, 0) % 1800, 0);
      assert.equal(latest(MIDNIGHT + 90, 60, 10, 0), MIDNIGHT + 60);
    });
  });

  it('holds the same model at a moment whenever it was started', () => {
    const old = new RefittingModel(own, HOUR, 0);
    const young = new RefittingModel(own, HOUR, 0);
    const now = MIDNIGHT + 5 * HOUR + 4 * STEP;
    live(old, MIDNIGHT, now);
    live(young, now, now);
    assert.ok(old.outlook(now));
    assert.deepEqual(old.outlook(now), young.outlook(now));
    assert.deepEqual(old.model, young.model);
  });

  it('changes over to a newer fit only when its grace has passed', () => {
    const model = new RefittingModel(own, HOUR, 0);
    live(model, MIDNIGHT, MIDNIGHT + HOUR);
    const before = model.model!.quality;
    live(model, MIDNIGHT + HOUR + STEP, MIDNIGHT + HOUR + STEP);
    assert.notDeepEqual(model.model!.quality, before);
  });

  it('looks as far ahead as the fit in use was made for, at its quantile', () => {
    const model = new RefittingModel(own, HOUR, 0);
    live(model, MIDNIGHT, MIDNIGHT + STEP);
    const known = history(MIDNIGHT + HOUR);
    const wider = { trigger: { ...own.trigger, horizonSeconds: 6 * STEP, quantile: 0.5 } };
    model.offer(MIDNIGHT + HOUR, fitCompact(known, { ...options, horizonSteps: 7, quantile: 0.5 }), wider);
    model.advance(MIDNIGHT + HOUR, known);
    assert.equal(model.inUse, own);
    assert.equal(model.outlook(MIDNIGHT + HOUR)!.forecast.mean.length, 4);
    const changed = MIDNIGHT + HOUR + STEP;
    model.advance(changed, history(changed));
    assert.equal(model.inUse, wider);
    const { forecast } = model.outlook(changed)!;
    assert.equal(forecast.mean.length, 7);
    assert.ok(forecast.upper[6]! < 1.2 * forecast.mean[6]!, 'the upper line is the median');
  });

  it('uses a fit from a step after its boundary on, before a new step comes', () => {
    const model = new RefittingModel(own, HOUR, 0);
    live(model, MIDNIGHT, MIDNIGHT + HOUR);
    const before = model.model;
    model.changeOver(MIDNIGHT + HOUR + STEP - 1);
    assert.equal(model.model, before);
    model.changeOver(MIDNIGHT + HOUR + STEP);
    assert.notEqual(model.model, before);
  });

  it('asks for one fit a boundary', () => {
    const model = new RefittingModel(own, HOUR, 0);
    const due: number[] = [];
    for (let now = MIDNIGHT; now < MIDNIGHT + 3 * HOUR; now += STEP) {
      const boundary = model.dueBoundarySeconds(now, now);
      if (boundary === undefined) continue;
      due.push(boundary);
      model.offer(boundary, fitCompact(cutSeries(history(now), boundary - DAY, boundary), options));
      model.advance(now, history(now));
    }
    assert.deepEqual(due, [MIDNIGHT - HOUR, MIDNIGHT, MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR]);
  });

  it('asks for a fit as soon as the history is long enough for the next stage', () => {
    // The refit clock strikes at midnight and then not for six days; the history begins at noon before.
    const refitSeconds = 6 * DAY;
    const model = new RefittingModel(own, refitSeconds, MIDNIGHT % refitSeconds);
    const due: number[] = [];
    for (let now = MIDNIGHT + STEP; now < MIDNIGHT + 3 * DAY; now += STEP) {
      const known = cutSeries(history(now), MIDNIGHT - DAY / 2, now);
      const boundary = model.dueBoundarySeconds(now, now);
      if (boundary !== undefined) {
        model.offer(boundary, fitCompact(cutSeries(known, 0, boundary), options));
        due.push(boundary);
      }
      model.advance(now, known);
    }
    assert.equal(due[0], MIDNIGHT);
    assert.equal(model.model?.stage, 'daily');
    assert.ok(due.length <= 4, `fits at ${due}`);
  });

  it('asks for no fit on steps that have not arrived', () => {
    const model = new RefittingModel(own, HOUR, 0);
    live(model, MIDNIGHT + STEP, MIDNIGHT + STEP);
    assert.equal(model.dueBoundarySeconds(MIDNIGHT + HOUR, MIDNIGHT + HOUR - STEP), undefined);
    assert.equal(model.dueBoundarySeconds(MIDNIGHT + HOUR, MIDNIGHT + HOUR), MIDNIGHT + HOUR);
  });
});
