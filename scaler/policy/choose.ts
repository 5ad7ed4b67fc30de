import type { Series } from '../forecast/index.js';
import { DAY_SECONDS } from '../forecast/seasons/local-time.js';
import { DAY_MINUTES, followPods, type PodDays, type PodsSetup } from './follow-pods.js';
import type { Load } from './load.js';
import {
  FEWEST_DAYS,
  type Past,
  type PastOptions,
  QUANTILES,
  REPLAYED_DAYS,
  replayPast,
  WEEK_QUANTILES,
} from './past.js';
import type { Choice, Policy, PolicyPoint, ReplayedPolicy } from './types.js';

/** Days that a choice rests on. */
const CHOICE_DAYS = REPLAYED_DAYS - 1;

/** Headrooms that are tried: 0.7 to 3, each 2.5 % above the one before. */
const HEADROOMS = Array.from({ length: 60 }, (_, i) => Number((0.7 * 1.025 ** i).toFixed(3)));
/** Shares of the highest load of the last 3 hours that a floor can be. */
const HOURS_SHARES = [0.5, 0.7, 0.85] as const;
/** Headrooms of the curve: each 5 %. */
const CURVE_STRIDE = 2;
/** Points of the curve beyond this share of overloaded time are left out. */
const HIGHEST_OVERLOAD = 0.2;

/**
 * Overload of the worst day counts for at most this many times what is accepted: one day with an unprecedented load is no
 * reason to keep pods for it on all other days. A second such day is.
 */
const MOST_OF_A_DAY = 3;
/** Overloaded minutes come in clusters of about this many, and a cluster is one piece of evidence. */
const CLUSTER_MINUTES = 5;
/**
 * Margin on the load when the accepted overload of the replayed days is one cluster. With n clusters the margin is
 * 1 / sqrt(n) of that.
 */
const MARGIN_OF_ONE = 0.06;
/** From one day to the next a choice lowers the pods of the newest day by at most this share, and at most doubles them. */
const MOST_DOWN = 0.1;
const MOST_UP = 2;

/** What a choice is made for. Plain data, for a worker thread. */
export interface ChoiceOptions extends PastOptions {
  /** Share of time in which the load may be above what ready pods carry; above 0. */
  readonly targetOverload: number;
  /** Load that one ready pod carries at most. */
  readonly capacity: number;
  readonly pods: PodsSetup;
}

/** The newest boundary of the clock on which choices are made, in all replicas alike: midnight UTC. */
export function choiceBoundarySeconds(nowSeconds: number): number {
  return Math.floor(nowSeconds / DAY_SECONDS) * DAY_SECONDS;
}

/**
 * Replays the past days and chooses the policy with the fewest pods among those that would have held the target on a
 * slightly higher load. It depends only on the history before the boundary: two processes with the same history choose the
 * same. Nothing is chosen while the history is too short.
 *
 * @param steps history to learn from, on the trigger's grid, short gaps bridged
 * @param load the same history minute by minute, with its gaps; without it each step's maximum stands in for its minutes
 */
export function choosePolicy(steps: Series, load: Load | undefined, options: ChoiceOptions): Choice {
  const { boundarySeconds, targetOverload } = options;
  const past = replayPast(steps, load, options);
  if (past === undefined)
    return { boundarySeconds, targetOverload, days: 0, margin: 0, chosen: undefined, reactive: undefined };
  const days = Math.min(CHOICE_DAYS, past.days);
  const margin = marginOf(targetOverload, days);
  const replay = new PolicyReplay(past, options, margin);
  const today = { from: past.days - days, to: past.days };
  const kinds = kindsOf(past, options.capacity);
  const own = bounded(replay, kinds.own, today);
  const ofReactive = replay.cheapest([kinds.reactive], today);
  return {
    boundarySeconds,
    targetOverload,
    days,
    margin,
    chosen: replay.describe(own, today),
    reactive: replay.describe(ofReactive, today),
  };
}

/** By how much the replayed load is raised: the fewer overloaded minutes the target accepts, the less the days prove. */
function marginOf(targetOverload: number, days: number): number {
  return MARGIN_OF_ONE / Math.sqrt((targetOverload * days * DAY_MINUTES) / CLUSTER_MINUTES);
}

/** A policy without its headroom, with its input in each minute of a past, in pods at their capacity. */
interface Kind extends Omit<Policy, 'headroom'> {
  /** What the headroom multiplies. */
  readonly loads: Float64Array;
  /** The lowest answer. */
  readonly least: Float64Array;
  /** Load of a floor `week` after the past; 0 with another floor. */
  readonly weekFloor: number;
  /** The result at each headroom that was replayed, by the headroom's index. */
  readonly replayed: PodDays[];
}

/** The policies to try on a past, and the plain reactive one. */
function kindsOf(past: Past, capacity: number): { readonly own: Kind[]; readonly reactive: Kind } {
  const inPods = (loads: Float64Array, share = 1) => loads.map((load) => share * (load / capacity));
  const noFloor = {
    floor: { from: 'none' as const, share: 0 },
    least: new Float64Array(past.demand.length),
    weekFloor: 0,
  };
  const floors = [
    noFloor,
    ...WEEK_QUANTILES.map((share, q) => ({
      floor: { from: 'week' as const, share },
      least: inPods(past.weekFloors[q]!),
      weekFloor: past.nextWeekFloors[q]!,
    })),
    ...HOURS_SHARES.map((share) => ({
      floor: { from: 'hours' as const, share },
      least: inPods(past.hours, share),
      weekFloor: 0,
    })),
  ];
  const own = (basis: 'forecast' | 'recent', quantile: number, loads: Float64Array): Kind[] =>
    floors.map((floor) => ({ basis, quantile, loads, ...floor, replayed: [] }));
  return {
    own: [
      ...QUANTILES.flatMap((quantile, q) => own('forecast', quantile, inPods(past.peaks[q]!))),
      ...own('recent', 0, inPods(past.recent)),
    ],
    reactive: { basis: 'now', quantile: 0, loads: inPods(past.now), ...noFloor, replayed: [] },
  };
}

interface Days {
  readonly from: number;
  readonly to: number;
}

/** A kind with the index of its headroom, and whether it held. */
interface Found {
  readonly kind: Kind;
  readonly index: number;
  readonly held: boolean;
}

/** Replays policies on one past, each once. */
class PolicyReplay {
  readonly #demand: Float64Array;
  readonly #knownMinutes: Float64Array;

  constructor(
    past: Past,
    readonly options: ChoiceOptions,
    readonly margin: number,
  ) {
    this.#demand = past.demand.map((load) => load / options.capacity);
    this.#knownMinutes = new Float64Array(past.days);
    past.demand.forEach((load, minute) => {
      if (!Number.isNaN(load)) this.#knownMinutes[Math.floor(minute / DAY_MINUTES)]!++;
    });
  }

  /** The policy with the fewest pods that holds the target on these days, or the one that comes closest to it. */
  cheapest(kinds: readonly Kind[], days: Days): Found {
    let best: Found | undefined;
    let bestPods = Number.POSITIVE_INFINITY;
    let closest: Found = { kind: kinds[0]!, index: HEADROOMS.length - 1, held: false };
    let closestExcess = Number.POSITIVE_INFINITY;
    let closestPods = Number.POSITIVE_INFINITY;
    for (const kind of kinds) {
      // More headroom costs more: a kind that is too expensive with the least headroom can be skipped.
      if (this.podMinutes(kind, 0, days) >= bestPods) continue;
      let low = 0;
      let high = HEADROOMS.length - 1;
      const excess = this.#excess(kind, high, days);
      if (excess > 0) {
        const pods = this.podMinutes(kind, high, days);
        if (excess < closestExcess || (excess === closestExcess && pods < closestPods)) {
          closest = { kind, index: high, held: false };
          closestExcess = excess;
          closestPods = pods;
        }
        continue;
      }
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.#excess(kind, middle, days) <= 0) high = middle;
        else low = middle + 1;
      }
      const pods = this.podMinutes(kind, high, days);
      if (pods < bestPods) {
        best = { kind, index: high, held: true };
        bestPods = pods;
      }
    }
    return best ?? closest;
  }

  podMinutes(kind: Kind, index: number, { from, to }: Days): number {
    return sum(this.#replayed(kind, index).podMinutes, from, to);
  }

  describe({ kind, index, held }: Found, days: Days): ReplayedPolicy {
    const curve = HEADROOMS.flatMap((_, i) =>
      i === index || i % CURVE_STRIDE === 0 ? [this.#point(kind, i, days)] : [],
    ).filter(({ overloadedShare }, i, all) => overloadedShare <= HIGHEST_OVERLOAD && !isSettled(all, i));
    const { basis, quantile, floor, weekFloor } = kind;
    return {
      ...this.#point(kind, index, days),
      policy: { basis, quantile, floor, headroom: HEADROOMS[index]! },
      weekFloor,
      held,
      curve,
    };
  }

  #point(kind: Kind, index: number, { from, to }: Days): PolicyPoint {
    const { podMinutes, overloadedMinutes } = this.#replayed(kind, index);
    return {
      headroom: HEADROOMS[index]!,
      podHoursPerDay: sum(podMinutes, from, to) / 60 / (to - from),
      overloadedShare: sum(overloadedMinutes, from, to) / Math.max(1, sum(this.#knownMinutes, from, to)),
    };
  }

  /** Overloaded minutes above what the target accepts, on the raised load and with the worst day bounded. */
  #excess(kind: Kind, index: number, { from, to }: Days): number {
    const { marginMinutes } = this.#replayed(kind, index);
    const { targetOverload } = this.options;
    let excess = 0;
    let beyond = 0;
    for (let day = from; day < to; day++) {
      const accepted = targetOverload * this.#knownMinutes[day]!;
      excess += marginMinutes[day]! - accepted;
      beyond = Math.max(beyond, marginMinutes[day]! - MOST_OF_A_DAY * accepted);
    }
    return excess - beyond;
  }

  #replayed({ loads, least, replayed }: Kind, index: number): PodDays {
    const { margin, options } = this;
    replayed[index] ??= followPods(loads, HEADROOMS[index]!, least, this.#demand, margin, options.pods);
    return replayed[index];
  }
}

/**
 * The cheapest policy, with its headroom changed so that the pods of the newest day stay within bounds of what the choice of
 * the day before would have needed.
 */
function bounded(replay: PolicyReplay, kinds: readonly Kind[], { from, to }: Days): Found {
  const found = replay.cheapest(kinds, { from, to });
  if (to - from < FEWEST_DAYS + 1 && from === 0) return found;
  const before = replay.cheapest(kinds, { from: Math.max(0, from - 1), to: to - 1 });
  const newest = { from: to - 1, to };
  const podsBefore = replay.podMinutes(before.kind, before.index, newest);
  let { index } = found;
  const pods = () => replay.podMinutes(found.kind, index, newest);
  while (index < HEADROOMS.length - 1 && pods() < (1 - MOST_DOWN) * podsBefore) index++;
  while (index > 0 && pods() > MOST_UP * podsBefore) index--;
  return { ...found, index };
}

/** Whether neither pods nor overload have changed since the point before. */
function isSettled(points: readonly PolicyPoint[], i: number): boolean {
  const { podHoursPerDay, overloadedShare } = points[i]!;
  const before = points[i - 1];
  return before?.podHoursPerDay === podHoursPerDay && before.overloadedShare === overloadedShare;
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i]!;
  return total;
}
