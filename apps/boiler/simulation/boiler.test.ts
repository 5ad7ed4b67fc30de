import assert from 'node:assert/strict';
import { mean, standardDeviation } from 'simple-statistics';
import { seededRandom } from '../../shared/seeded-random.js';
import { limits } from '../anomaly/limits.js';
import { type Measure, measureNames } from '../reading.js';
import { createBoiler } from './boiler.js';
import { steamDemand } from './demand.js';
import { saturationTemperature } from './saturation.js';

const HOUR = 3600;

function day(options: { seed: string; faultsPerHour: number; stepSeconds?: number }) {
  const { seed, faultsPerHour, stepSeconds = 5 } = options;
  const boiler = createBoiler({ faultsPerHour, random: seededRandom(seed), startSeconds: 0 });
  const readings: (Readonly<Record<Measure, number>> & { fault: string | undefined })[] = [];
  for (let seconds = 0; seconds < 24 * HOUR; seconds += stepSeconds) {
    const values = boiler.read(steamDemand(seconds / (24 * HOUR)), seconds);
    readings.push({ ...values, fault: boiler.fault?.kind });
  }
  return readings;
}

describe('a simulated boiler', () => {
  it('is the same for the same seed and another one for another seed', () => {
    const first = day({ seed: 'a', faultsPerHour: 1 });
    assert.deepEqual(day({ seed: 'a', faultsPerHour: 1 }), first);
    assert.notDeepEqual(day({ seed: 'b', faultsPerHour: 1 }), first);
  });

  it('stays inside of the limits for a whole day without faults', () => {
    for (const reading of day({ seed: 'well', faultsPerHour: 0 })) {
      for (const measure of measureNames) {
        const { low, high } = limits[measure];
        assert.ok(reading[measure] >= low && reading[measure] <= high, `${measure} is ${reading[measure]}`);
      }
    }
  });

  it('follows the demand with its steam and keeps pressure and level at their set-points', () => {
    const readings = day({ seed: 'control', faultsPerHour: 0 });
    const night = readings.slice(1 * 720, 4 * 720).map((reading) => reading.steamFlow);
    const morning = readings.slice(9 * 720, 11 * 720).map((reading) => reading.steamFlow);
    assert.ok(Math.abs(mean(night) - 0.35 * 20) < 0.5, `night: ${mean(night)} t/h`);
    assert.ok(Math.abs(mean(morning) - 0.98 * 20) < 0.7, `morning: ${mean(morning)} t/h`);
    assert.ok(Math.abs(mean(readings.map((reading) => reading.pressure)) - 10) < 0.05);
    assert.ok(Math.abs(mean(readings.map((reading) => reading.waterLevel)) - 50) < 0.5);
  });

  it('has the temperature of saturated steam at its pressure', () => {
    const differences = day({ seed: 'steam', faultsPerHour: 0 }).map(
      (reading) => reading.temperature - saturationTemperature(reading.pressure + 1),
    );
    assert.ok(Math.abs(mean(differences)) < 0.1, `mean difference ${mean(differences)} °C`);
    assert.ok(standardDeviation(differences) < 0.5, 'no more than the noise of both sensors');
  });

  it('fails rarely, as often as configured, in each of its ways', () => {
    const starts: string[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const faults = day({ seed: `fails-${seed}`, faultsPerHour: 1 }).map((reading) => reading.fault);
      starts.push(...faults.filter((fault, index) => fault && fault !== faults[index - 1]).map(String));
    }
    // 20 days of 24 hours with one fault per hour of health: about 440; spikes shorter than the 5 s step are missed.
    assert.ok(starts.length > 150 && starts.length < 480, `${starts.length} faults seen`);
    assert.deepEqual([...new Set(starts)].sort(), [
      'burner-runaway',
      'burner-trip',
      'feedwater-loss',
      'sensor-spike',
    ]);
  });

  it('leaves its limits in the way of the fault', () => {
    const extremes = { 'burner-runaway': 0, 'burner-trip': 99, 'feedwater-loss': 99 };
    for (let seed = 0; seed < 5; seed++) {
      for (const { fault, pressure, waterLevel } of day({ seed: `fails-${seed}`, faultsPerHour: 1 })) {
        if (fault === 'burner-runaway') extremes[fault] = Math.max(extremes[fault], pressure);
        if (fault === 'burner-trip') extremes[fault] = Math.min(extremes[fault], pressure);
        if (fault === 'feedwater-loss') extremes[fault] = Math.min(extremes[fault], waterLevel);
      }
    }
    assert.ok(extremes['burner-runaway'] > limits.pressure.high && extremes['burner-runaway'] < 16);
    assert.ok(extremes['burner-trip'] < limits.pressure.low);
    assert.ok(extremes['feedwater-loss'] < limits.waterLevel.low);
  });
});
