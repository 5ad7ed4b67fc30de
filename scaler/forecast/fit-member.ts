import { type PassRecord, smooth, type Track } from './holt-winters.js';
import { type MemberShape, startMember } from './start-member.js';
import type { Member, SmoothingParameters } from './types.js';

const ALPHAS = [0.0005, 0.002, 0.01, 0.05];
const GAMMAS = [0.05, 0.12, 0.25, 0.5];
const KAPPAS = [0.1, 0.2, 0.4, 0.7, 1];
const RHOS = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 1];

/** Arrays that every fit of a series needs, made once. */
export interface FitScratch {
  readonly record: PassRecord;
  readonly deviation: Float64Array;
}

/** Scratch for series of `length` steps measured at `stepsAhead`. */
export function fitScratch(length: number, stepsAhead: readonly number[]): FitScratch {
  return {
    record: {
      stepsAhead,
      base: stepsAhead.map(() => new Float64Array(length)),
      remainder: new Float64Array(length),
    },
    deviation: new Float64Array(length),
  };
}

/**
 * Smoothing parameters with the least mean absolute error, summed over the numbers of steps ahead that are used, over
 * origins from `firstOrigin` on. Level and season are searched with a fixed deviation first, then the deviation.
 */
export function fitParameters(
  shape: MemberShape,
  track: Track,
  firstOrigin: number,
  scratch: FitScratch,
): SmoothingParameters {
  const gammas = shape.periods.length > 0 ? GAMMAS : [0];
  let best: SmoothingParameters = { alpha: 0.01, beta: 0, phi: 0.9, gamma: 0.12, kappa: 0.4, rho: 0.95 };
  let bestLoss = Number.POSITIVE_INFINITY;
  const search = (alpha: number, gamma: number, kappas: readonly number[], rhos: readonly number[]) => {
    const parameters = { ...best, alpha, gamma };
    smooth(startMember(shape, parameters, track), track, 0, track.values.length, scratch.record);
    for (const kappa of kappas)
      for (const rho of rhos) {
        const loss = deviationLoss(track.values, kappa, rho, firstOrigin, scratch);
        if (loss < bestLoss) {
          bestLoss = loss;
          best = { ...parameters, kappa, rho };
        }
      }
  };
  for (const alpha of ALPHAS) for (const gamma of gammas) search(alpha, gamma, [0.2, 0.7], [0.9, 0.98]);
  search(best.alpha, best.gamma, KAPPAS, RHOS);
  return best;
}

/** Sum over the measured steps ahead of the mean absolute error that a pass's bases have with this deviation added. */
function deviationLoss(
  values: Float64Array,
  kappa: number,
  rho: number,
  firstOrigin: number,
  { record, deviation }: FitScratch,
): number {
  const n = values.length;
  let state = 0;
  for (let t = 0; t < n; t++) {
    const remainder = record.remainder[t]!;
    state *= rho;
    if (!Number.isNaN(remainder)) state += kappa * (remainder - state);
    deviation[t] = state;
  }
  let loss = 0;
  for (let k = 0; k < record.stepsAhead.length; k++) {
    const ahead = record.stepsAhead[k]!;
    const fading = rho ** ahead;
    const base = record.base[k]!;
    let sum = 0;
    let count = 0;
    for (let t = firstOrigin; t + ahead < n; t++) {
      const error = values[t + ahead]! - base[t]! - fading * deviation[t]!;
      if (Number.isNaN(error)) continue;
      sum += error < 0 ? -error : error;
      count++;
    }
    if (count > 0) loss += sum / count;
  }
  return loss;
}

/** A member with fitted parameters, as it stands after the whole series. */
export function fitMember(
  shape: MemberShape,
  track: Track,
  firstOrigin: number,
  scratch: FitScratch,
): Member {
  const member = startMember(shape, fitParameters(shape, track, firstOrigin, scratch), track);
  smooth(member, track, 0, track.values.length);
  return member;
}
