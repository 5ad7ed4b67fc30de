import { fitParameters, fitScratch } from './fit-member.js';
import type { Track } from './holt-winters.js';
import { type Origins, replayMember } from './replay-member.js';
import { toForm } from './scale-form.js';
import { type MemberShape, startMember } from './start-member.js';
import type { Member, SmoothingParameters } from './types.js';

/** A fitted pool and the forecasts it would have made in the past. */
export interface FittedPool {
  readonly members: Member[];
  /** Weight of each member at each measured number of steps ahead. */
  readonly weights: number[][];
  /** Combined forecasts at each origin, `horizonSteps` values each. */
  readonly replayed: Float64Array;
}

/** A season that the pool may use: its period and the slot of every step, horizon included. */
export interface SeasonSlots {
  readonly periodSeconds: number;
  readonly slotCount: number;
  readonly slots: Int32Array;
}

const LAST_VALUE: SmoothingParameters = { alpha: 1, beta: 0, phi: 0, gamma: 0, kappa: 0, rho: 0 };
const SAME_TIME: SmoothingParameters = { alpha: 0, beta: 0, phi: 0, gamma: 1, kappa: 1, rho: 0.9 };

/** The better a member's measured error, the more it weighs: weight is proportional to error to the minus this. */
const SHARPNESS = 8;

/** Steps ahead at which members are measured: 1, a quarter of the horizon, and the horizon. */
export function measuredSteps(horizonSteps: number): number[] {
  return [...new Set([1, Math.max(1, Math.round(horizonSteps / 4)), horizonSteps])];
}

/**
 * Fits every member that the data can carry and combines them by their measured error.
 */
export function fitPool(
  values: Float64Array,
  seasons: readonly SeasonSlots[],
  origins: Origins,
  horizonSteps: number,
): FittedPool {
  const stepsAhead = measuredSteps(horizonSteps);
  const scratch = fitScratch(values.length, stepsAhead);
  const members: Member[] = [];
  const forecasts: Float64Array[] = [];
  const logOffset = offsetForLog(values);
  const logValues = logOffset > 0 ? toForm('log', logOffset, values) : undefined;

  const add = (
    name: string,
    used: readonly SeasonSlots[],
    fixed?: SmoothingParameters,
    form: Member['form'] = 'additive',
  ) => {
    const shape: MemberShape = {
      name,
      form,
      logOffset: form === 'log' ? logOffset : 0,
      periods: used.map((season) => season.periodSeconds),
      slotCounts: used.map((season) => season.slotCount),
    };
    const track: Track = {
      values: form === 'log' ? logValues! : values,
      slots: used.map(({ slots }) => slots),
    };
    const parameters = fixed ?? fitParameters(shape, track, origins.first, scratch);
    const member = startMember(shape, parameters, track);
    forecasts.push(replayMember(member, track, origins, horizonSteps));
    members.push(member);
  };

  add('last value', [], LAST_VALUE);
  add('level', []);
  for (const season of seasons) {
    add(`same time in ${season.periodSeconds} s`, [season], SAME_TIME);
  }
  if (seasons.length > 0) {
    add('season', [seasons[0]!]);
    if (logValues !== undefined) add('season, log', [seasons[0]!], undefined, 'log');
  }
  if (seasons.length > 1) add('two seasons', seasons.slice(0, 2));

  const weights = stepsAhead.map((ahead) =>
    weightsOf(forecasts.map((made) => errorAt(values, made, origins, horizonSteps, ahead))),
  );
  return { members, weights, replayed: combine(forecasts, weights, stepsAhead, origins.count, horizonSteps) };
}

function errorAt(
  values: Float64Array,
  made: Float64Array,
  origins: Origins,
  horizonSteps: number,
  ahead: number,
) {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < origins.count; i++) {
    const error = values[origins.first + i * origins.stride + ahead]! - made[i * horizonSteps + ahead - 1]!;
    if (Number.isNaN(error)) continue;
    sum += Math.abs(error);
    count++;
  }
  return count > 0 ? sum / count : 0;
}

/** Weights that sum to 1, from measured errors; members without any error share the weight equally. */
function weightsOf(errors: readonly number[]): number[] {
  const least = Math.min(...errors);
  const raw = errors.map((error) => (error === least ? 1 : (least / error) ** SHARPNESS));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

/** Weight of a member `h` steps ahead: linear between the steps at which it was measured, level beyond them. */
export function weightAt(
  weights: readonly (readonly number[])[],
  stepsAhead: readonly number[],
  member: number,
  h: number,
): number {
  let k = 0;
  while (k < stepsAhead.length - 1 && stepsAhead[k + 1]! < h) k++;
  const low = stepsAhead[k]!;
  const high = stepsAhead[k + 1];
  if (h <= low || high === undefined) return weights[k]![member]!;
  const share = Math.min(1, (h - low) / (high - low));
  return weights[k]![member]! * (1 - share) + weights[k + 1]![member]! * share;
}

function combine(
  forecasts: readonly Float64Array[],
  weights: readonly (readonly number[])[],
  stepsAhead: readonly number[],
  count: number,
  horizonSteps: number,
): Float64Array {
  const combined = new Float64Array(count * horizonSteps);
  for (let m = 0; m < forecasts.length; m++)
    for (let h = 0; h < horizonSteps; h++) {
      const weight = weightAt(weights, stepsAhead, m, h + 1);
      for (let i = h; i < combined.length; i += horizonSteps) combined[i]! += weight * forecasts[m]![i]!;
    }
  return combined;
}

/** Offset of the log form: a tenth of the mean; 0, which means no log form, for series with negative values or none. */
function offsetForLog(values: Float64Array): number {
  let sum = 0;
  let known = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value < 0) return 0;
    sum += value;
    known++;
  }
  return known > 0 ? (0.1 * sum) / known : 0;
}
