import { type PassRecord, smooth, type Track } from '../recursion/holt-winters.js';
import { type MemberShape, restarted, startMember } from '../recursion/start-member.js';
import type { Member, SmoothingParameters } from '../types.js';

/** Values that are tried. Beyond their ends a parameter changes a forecast of a few hours too little to matter. */
const ALPHAS = [0.0005, 0.002, 0.01, 0.05, 0.2];
const GAMMAS = [0.05, 0.12, 0.25, 0.5];
/** Without a season the level itself has to follow the day, and may have a trend that fades. */
const QUICK_ALPHAS = [0.5, 0.9];
const TRENDS = [
  { beta: 0.1, phi: 0.8 },
  { beta: 0.1, phi: 0.95 },
  { beta: 0.4, phi: 0.8 },
];
const KAPPAS = [0.1, 0.2, 0.4, 0.7, 1];
const RHOS = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 1];

/** A second season is a week or longer: a history holds two or three of them, so each has to teach much. */
const OMEGA = 0.4;

/**
 * A season may start from a profile smoothed over this time before and after each slot. This removes noise
 * from the first cycle, but blurs what recurs at an exact time, so it is done only where it lowers the error.
 */
const PROFILE_SMOOTHING_SECONDS = 1200;

const START: SmoothingParameters = {
  alpha: 0.01,
  beta: 0,
  phi: 0,
  gamma: 0.12,
  omega: OMEGA,
  kappa: 0.4,
  rho: 0.95,
};

/** Buffers for a pass over `length` steps that looks ahead from `from` on; all fits of a series use the same ones in turn. */
export function passRecord(length: number, from: number, stepsAhead: readonly number[]): PassRecord {
  return {
    from,
    stepsAhead,
    errors: stepsAhead.map(() => new Float64Array(length)),
    remainder: new Float64Array(length),
  };
}

/**
 * A member at the beginning of the data, with the smoothing parameters of the least mean absolute error, summed over the
 * (up to three) numbers of steps ahead at which the forecast is used. One pass over the data gives the errors at all of
 * them. It is the absolute error, not the squared one, so that a few incidents do not decide for all other days.
 *
 * The search changes one parameter at a time: level and season each need a pass over the data, the deviation only another
 * look at the errors of that pass.
 *
 * @param similar parameters fitted to a similar member: the same member of the step means when this is one of the maxima, or
 * one with the same first season. The search then begins there and tries only the neighbors, which takes half the time and
 * finds parameters that are as good.
 */
export function startFittedMember(
  shape: MemberShape,
  track: Track,
  record: PassRecord,
  stepSeconds: number,
  similar?: SmoothingParameters,
): Member {
  const isSeasonal = shape.seasons.length > 0;
  let fresh = startMember(shape, START, track);
  let best = similar ?? START;
  let least = Number.POSITIVE_INFINITY;
  const measure = (candidate: SmoothingParameters) => {
    const loss = lossWithDeviation(record, candidate, fresh.clip);
    if (!(loss < least)) return;
    least = loss;
    best = candidate;
  };
  const run = (start: Member, parameters: SmoothingParameters) =>
    smooth(restarted(start, parameters), track, 0, track.values.length, record);
  const pass = (changed: Partial<SmoothingParameters>) => {
    const parameters = { ...best, ...changed };
    run(fresh, parameters);
    for (const kappa of [0.2, 0.7]) for (const rho of [0.9, 0.98]) measure({ ...parameters, kappa, rho });
  };
  const searchWhole = () => {
    for (const alpha of ALPHAS) pass({ alpha });
    if (isSeasonal) {
      for (const gamma of GAMMAS) if (gamma !== START.gamma) pass({ gamma });
      for (const alpha of neighbours(ALPHAS, best.alpha)) pass({ alpha });
    } else {
      for (const alpha of QUICK_ALPHAS) pass({ alpha });
      for (const trend of TRENDS) pass(trend);
    }
  };
  const searchNear = () => {
    pass({});
    for (const alpha of neighbours(isSeasonal ? ALPHAS : [...ALPHAS, ...QUICK_ALPHAS], best.alpha))
      pass({ alpha });
    if (isSeasonal) for (const gamma of neighbours(GAMMAS, best.gamma)) pass({ gamma });
  };
  const tryASmootherStart = () => {
    const slots = Math.round(PROFILE_SMOOTHING_SECONDS / stepSeconds);
    if (slots < 1) return;
    const before = least;
    const smoother = startMember(shape, START, track, slots);
    run(smoother, best);
    measure(best);
    if (least < before) fresh = smoother;
  };

  if (similar) searchNear();
  else searchWhole();
  if (isSeasonal) tryASmootherStart();
  run(fresh, best);
  for (let round = 0; round < 2; round++) {
    for (const rho of RHOS) measure({ ...best, rho });
    for (const kappa of KAPPAS) measure({ ...best, kappa });
  }
  return restarted(fresh, best);
}

function neighbours(grid: readonly number[], value: number): number[] {
  const index = grid.indexOf(value);
  return [grid[index - 1], grid[index + 1]].filter((neighbour) => neighbour !== undefined);
}

/** Sum over the steps ahead of the mean absolute error that a recorded pass has when this deviation is added. */
function lossWithDeviation(record: PassRecord, { kappa, rho }: SmoothingParameters, clip: number): number {
  const { errors, remainder, stepsAhead, from } = record;
  // Three horizons in one loop, because fitting spends its time here; a horizon that is not measured weighs nothing.
  const near = errors[0]!;
  const middle = errors[1] ?? near;
  const far = errors[2] ?? near;
  const middleWeight = errors.length > 1 ? 1 : 0;
  const farWeight = errors.length > 2 ? 1 : 0;
  const nearFading = rho ** stepsAhead[0]!;
  const middleFading = rho ** (stepsAhead[1] ?? 0);
  const farFading = rho ** (stepsAhead[2] ?? 0);
  let deviation = 0;
  let isWild = false;
  let calm = 0;
  let sum = 0;
  let count = 0;
  for (let t = from; t < remainder.length; t++) {
    const now = remainder[t]!;
    deviation *= rho;
    calm *= rho;
    if (!Number.isNaN(now)) {
      if (isWild && Math.abs(now - calm) <= clip && Math.abs(now - calm) < Math.abs(now - deviation))
        deviation = calm;
      isWild = Math.abs(now - deviation) > clip;
      if (isWild) calm = deviation;
      deviation += kappa * (now - deviation);
    }
    const error =
      Math.abs(near[t]! - nearFading * deviation) +
      middleWeight * Math.abs(middle[t]! - middleFading * deviation) +
      farWeight * Math.abs(far[t]! - farFading * deviation);
    if (Number.isNaN(error)) continue;
    sum += error;
    count++;
  }
  return count > 0 ? sum / count : 0;
}
