import type { Member, Season } from './types.js';

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
   * `errors[k][t]`: value at t + stepsAhead[k] minus what level, trend and seasons at t foretell for it, without the
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
 * A slot seen only a few times thus learns as a running mean, later with gamma (first season) or omega
 * (second). The deviation is the part of the load
 * that level and season do not explain; it is not clipped, fades with rho, and kappa smooths it (an ARMA(1,1) error,
 * which is AR(1) when kappa is 1).
 *
 * Sources: Holt (1957); Winters (1960); damping: Gardner and McKenzie (1985); two seasons and the autoregression of the
 * error: Taylor (2003), "Short-term electricity demand forecasting using double seasonal exponential smoothing", J. Opl.
 * Res. Soc. 54; error-correction form: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", chapter 8.
 *
 * Cost: linear in `to - from`; allocates nothing.
 */
export function smooth(member: Member, track: Track, from: number, to: number, record?: PassRecord): void {
  const { alpha, beta, phi, gamma, omega, kappa, rho } = member.parameters;
  const { values, slots } = track;
  const first = member.seasons[0] ?? NO_SEASON;
  const second = member.seasons[1] ?? NO_SEASON;
  const firstSlots = slots[0] ?? NO_SLOTS;
  const secondSlots = slots[1] ?? NO_SLOTS;
  const hasFirst = member.seasons.length > 0;
  const hasSecond = member.seasons.length > 1;
  const { effects: firstEffects, visits: firstVisits } = first;
  const { effects: secondEffects, visits: secondVisits } = second;
  const clip = member.clip;
  let { level, trend, deviation } = member;

  for (let t = from; t < to; t++) {
    const value = values[t]!;
    level += phi * trend;
    trend *= phi;
    let remainder = Number.NaN;
    if (Number.isNaN(value)) deviation *= rho;
    else {
      const a = hasFirst ? firstSlots[t]! : 0;
      const b = hasSecond ? secondSlots[t]! : 0;
      const error = value - level - firstEffects[a]! - secondEffects[b]!;
      const clipped = Math.min(clip, Math.max(-clip, error));
      level += alpha * clipped;
      trend += alpha * beta * clipped;
      remainder = error - alpha * clipped;
      const seasonal = (1 - alpha) * clipped;
      if (hasFirst) {
        const gain = 1 / (firstVisits[a]! + 1);
        firstEffects[a]! += Math.max(gain, gamma) * seasonal;
        firstVisits[a]!++;
      }
      if (hasSecond) {
        const gain = 1 / (secondVisits[b]! + 1);
        secondEffects[b]! += Math.max(gain, omega) * seasonal;
        secondVisits[b]!++;
      }
      deviation = rho * deviation + kappa * (remainder - rho * deviation);
    }
    if (record !== undefined && t >= record.from) {
      record.remainder[t] = remainder;
      let steps = 0;
      let damped = 0;
      let power = 1;
      for (let k = 0; k < record.stepsAhead.length; k++) {
        const ahead = t + record.stepsAhead[k]!;
        for (; trend !== 0 && steps < record.stepsAhead[k]!; steps++) {
          power *= phi;
          damped += power;
        }
        record.errors[k]![t] =
          ahead < values.length
            ? values[ahead]! -
              level -
              damped * trend -
              (hasFirst ? firstEffects[firstSlots[ahead]!]! : 0) -
              (hasSecond ? secondEffects[secondSlots[ahead]!]! : 0)
            : Number.NaN;
      }
    }
  }
  member.level = level;
  member.trend = trend;
  member.deviation = deviation;
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
const NO_SEASON: Season = { periodSeconds: 0, effects: new Float64Array(1), visits: new Float64Array(1) };
