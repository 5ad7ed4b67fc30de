import type { Member, Season } from '../types.js';

/** A series as a recursion sees it: values in the member's scale, and the slot of each step in each season. */
export interface Track {
  /** Value of each step in the member's scale; NaN where unknown. */
  readonly values: Float64Array;
  /** For each season of the member: the slot of each step, for as many steps beyond the values as are forecast. */
  readonly slots: readonly Int32Array[];
}

/** What a pass over known data leaves behind, indexed by the step from which it looks ahead. */
export interface PassRecord {
  /** Nothing is recorded before this step. */
  readonly from: number;
  /** Steps ahead to look, ascending. */
  readonly stepsAhead: readonly number[];
  /**
   * `errors[k][t]`: value at t + stepsAhead[k] minus what level, trend and seasons at t expect of it, without the
   * deviation; NaN where the value is unknown or beyond the end.
   */
  readonly errors: readonly Float64Array[];
  /** Value at t minus level and seasons after t; NaN where the value is unknown. */
  readonly remainder: Float64Array;
}

/**
 * Holt-Winters in error-correction form with up to two additive seasons and a damped trend, over the steps
 * `[from, to)` of a track. The member's state moves in place. An unknown step lets trend and deviation fade and
 * changes nothing else.
 *
 * With e the one-step error of level, trend and seasons, clipped to `member.clip`:
 *
 *     level  += phi * trend + alpha * e
 *     trend   = phi * trend + alpha * beta * e
 *     season[slot] += gain * (1 - alpha) * e     with gain = max(gamma or omega, 1 / (visits + 1))
 *     deviation = rho * deviation + kappa * (value - level - season - rho * deviation)
 *
 * So a slot first learns as a running mean, and after some visits with gamma (first season) or omega (second). The
 * deviation is the part of the load that level and season do not explain; it is not clipped, fades with rho, and kappa
 * smooths it (an ARMA(1,1) error, which is AR(1) when kappa is 1).
 *
 * Sources: Holt (1957); Winters (1960); damping: Gardner and McKenzie (1985); two seasons and the autoregression of the
 * error: Taylor (2003), "Short-term electricity demand forecasting using double seasonal exponential smoothing", J. Opl.
 * Res. Soc. 54; error-correction form: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", chapter 8.
 *
 * Cost: linear in `to - from`; allocates nothing.
 */
export function smooth(member: Member, track: Track, from: number, to: number, record = NO_RECORD): void {
  const { alpha, beta, phi, gamma, omega, kappa, rho } = member.parameters;
  const { values, slots } = track;
  const first = member.seasons[0] ?? NO_SEASON;
  const second = member.seasons[1] ?? NO_SEASON;
  const [near = NO_NUMBERS, middle = NO_NUMBERS, far = NO_NUMBERS] = record.errors;
  const [nearSteps = 0, middleSteps = 0, farSteps = 0] = record.stepsAhead;
  state[0] = member.level;
  state[1] = member.trend;
  state[2] = member.deviation;
  state.set(member.beforeWild, 3);
  recurse(
    values,
    from,
    to,
    alpha,
    beta,
    phi,
    gamma,
    omega,
    kappa,
    rho,
    member.clip,
    slots[0] ?? NO_SLOTS,
    first.effects,
    first.visits,
    slots[1] ?? NO_SLOTS,
    second.effects,
    second.visits,
    record.from,
    record.remainder,
    near,
    nearSteps,
    middle,
    middleSteps,
    far,
    farSteps,
  );
  member.level = state[0];
  member.trend = state[1];
  member.deviation = state[2];
  member.beforeWild.set(state.subarray(3));
}

/** Level, trend and deviation of the member whose turn it is, then its `beforeWild`. */
const state = new Float64Array(11);

/**
 * The loop of `smooth`, where fitting spends its time. It takes only numbers and typed arrays, so that the engine compiles
 * it once for members of any shape: a fit then takes a third less time.
 */
function recurse(
  values: Float64Array,
  from: number,
  to: number,
  alpha: number,
  beta: number,
  phi: number,
  gamma: number,
  omega: number,
  kappa: number,
  rho: number,
  clip: number,
  firstSlots: Int32Array,
  firstEffects: Season['effects'],
  firstVisits: Season['visits'],
  secondSlots: Int32Array,
  secondEffects: Season['effects'],
  secondVisits: Season['visits'],
  recordFrom: number,
  remainders: Float64Array,
  near: Float64Array,
  nearSteps: number,
  middle: Float64Array,
  middleSteps: number,
  far: Float64Array,
  farSteps: number,
): void {
  const hasFirst = firstSlots.length > 0;
  const hasSecond = secondSlots.length > 0;
  const hasMiddle = middle.length > 0;
  const hasFar = far.length > 0;
  const nearTrend = dampedSteps(phi, nearSteps);
  const middleTrend = dampedSteps(phi, middleSteps);
  const farTrend = dampedSteps(phi, farSteps);
  let level = state[0]!;
  let trend = state[1]!;
  let deviation = state[2]!;
  let isWild = state[3] === 1;
  let calmLevel = state[4]!;
  let calmTrend = state[5]!;
  let calmDeviation = state[6]!;
  let wildFirstSlot = state[7]!;
  let wildFirst = state[8]!;
  let wildSecondSlot = state[9]!;
  let wildSecond = state[10]!;

  for (let t = from; t < to; t++) {
    const value = values[t]!;
    level += phi * trend;
    trend *= phi;
    let remainder = Number.NaN;
    if (isWild) {
      calmLevel += phi * calmTrend;
      calmTrend *= phi;
      calmDeviation *= rho;
    }
    if (Number.isNaN(value)) deviation *= rho;
    else {
      const a = hasFirst ? firstSlots[t]! : 0;
      const b = hasSecond ? secondSlots[t]! : 0;
      let seasonless = value;
      if (hasFirst) seasonless -= firstEffects[a]!;
      if (hasSecond) seasonless -= secondEffects[b]!;
      if (isWild) {
        const calmError = Math.abs(seasonless - calmLevel - calmDeviation);
        if (calmError <= clip && calmError < Math.abs(seasonless - level - rho * deviation)) {
          level = calmLevel;
          trend = calmTrend;
          deviation = rho > 0 ? calmDeviation / rho : 0;
          if (hasFirst) firstEffects[wildFirstSlot]! -= wildFirst;
          if (hasSecond) secondEffects[wildSecondSlot]! -= wildSecond;
        }
      }
      const error = seasonless - level;
      isWild = Math.abs(error - rho * deviation) > clip;
      if (isWild) {
        calmLevel = level;
        calmTrend = trend;
        calmDeviation = rho * deviation;
        wildFirstSlot = a;
        wildSecondSlot = b;
      }
      const clipped = Math.min(clip, Math.max(-clip, error));
      level += alpha * clipped;
      trend += alpha * beta * clipped;
      remainder = error - alpha * clipped;
      const seasonal = (1 - alpha) * clipped;
      if (hasFirst) {
        const visits = firstVisits[a]! + 1;
        wildFirst = Math.max(1 / visits, gamma) * seasonal;
        firstEffects[a]! += wildFirst;
        firstVisits[a] = visits;
      }
      if (hasSecond) {
        const visits = secondVisits[b]! + 1;
        wildSecond = Math.max(1 / visits, omega) * seasonal;
        secondEffects[b]! += wildSecond;
        secondVisits[b] = visits;
      }
      deviation = rho * deviation + kappa * (remainder - rho * deviation);
    }
    if (t < recordFrom) continue;
    remainders[t] = remainder;
    near[t] = errorAhead(
      values,
      t + nearSteps,
      level + nearTrend * trend,
      firstSlots,
      firstEffects,
      secondSlots,
      secondEffects,
    );
    if (hasMiddle)
      middle[t] = errorAhead(
        values,
        t + middleSteps,
        level + middleTrend * trend,
        firstSlots,
        firstEffects,
        secondSlots,
        secondEffects,
      );
    if (hasFar)
      far[t] = errorAhead(
        values,
        t + farSteps,
        level + farTrend * trend,
        firstSlots,
        firstEffects,
        secondSlots,
        secondEffects,
      );
  }
  state[0] = level;
  state[1] = trend;
  state[2] = deviation;
  state[3] = isWild ? 1 : 0;
  state[4] = calmLevel;
  state[5] = calmTrend;
  state[6] = calmDeviation;
  state[7] = wildFirstSlot;
  state[8] = wildFirst;
  state[9] = wildSecondSlot;
  state[10] = wildSecond;
}

/** By how much the value a step ahead is above what level and seasons expect; NaN beyond the end. */
function errorAhead(
  values: Float64Array,
  ahead: number,
  levelAhead: number,
  firstSlots: Int32Array,
  firstEffects: Season['effects'],
  secondSlots: Int32Array,
  secondEffects: Season['effects'],
): number {
  if (ahead >= values.length) return Number.NaN;
  let expected = levelAhead;
  if (firstSlots.length > 0) expected += firstEffects[firstSlots[ahead]!]!;
  if (secondSlots.length > 0) expected += secondEffects[secondSlots[ahead]!]!;
  return values[ahead]! - expected;
}

/** Sum of a damped trend over the next steps, in units of the trend: phi + phi^2 + ... */
function dampedSteps(phi: number, steps: number): number {
  let sum = 0;
  for (let step = steps; step > 0; step--) sum = phi * (1 + sum);
  return sum;
}

/**
 * What a member expects for the `count` steps after its newest one, in its own scale, written to `out` from `at` on.
 * `slots` holds the slots of each season; those of the first step ahead are at index `next`.
 */
export function project(
  member: Member,
  slots: readonly Int32Array[],
  next: number,
  count: number,
  out: Float64Array,
  at: number,
): void {
  const { phi, rho } = member.parameters;
  const { seasons } = member;
  let { level, deviation } = member;
  let slope = member.trend;
  for (let h = 0; h < count; h++) {
    slope *= phi;
    level += slope;
    deviation *= rho;
    out[at + h] = level + deviation;
  }
  for (let s = 0; s < seasons.length; s++) {
    const { effects } = seasons[s]!;
    const seasonSlots = slots[s]!;
    for (let h = 0; h < count; h++) out[at + h]! += effects[seasonSlots[next + h]!]!;
  }
}

const NO_SLOTS = new Int32Array(0);
const NO_NUMBERS = new Float64Array(0);
const NO_SEASON: Season = { periodSeconds: 0, effects: NO_NUMBERS, visits: NO_NUMBERS };
const NO_RECORD: PassRecord = {
  from: Number.POSITIVE_INFINITY,
  stepsAhead: [],
  errors: [],
  remainder: NO_NUMBERS,
};
