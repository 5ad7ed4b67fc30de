/** A rule that turns what is known about a load into the load that pods are kept for. */
export interface Policy {
  /**
   * What the headroom is put on: the load now, the highest load of the last 15 minutes, or the forecast of the highest
   * load while a pod starts. The forecast never counts for less than the load now.
   */
  readonly basis: 'now' | 'recent' | 'forecast';
  /** Quantile of the forecast peak; meaningless on another basis. */
  readonly quantile: number;
  /** Factor on the basis; below 1 pods run closer to their capacity. */
  readonly headroom: number;
  /** The lowest answer, for loads that nothing announces. */
  readonly floor: Floor;
}

/**
 * The least load that pods are kept for: nothing, a quantile of the step maxima of the last 7 days, or a share of the
 * highest load of the last 3 hours. `share` is that quantile, or that share.
 */
interface Floor {
  readonly from: 'none' | 'week' | 'hours';
  readonly share: number;
}

/** The input of a policy at one moment. In the load's unit; NaN where unknown. */
export interface Known {
  /** The load now. */
  readonly now: number;
  /** Highest load of the last 15 minutes and of the last 3 hours. */
  readonly recent: number;
  readonly hours: number;
  /** The policy's quantile of the highest load while a pod starts, as it is forecast. */
  readonly peak: number;
}

/** What a policy costs and how much overload it leaves. */
export interface PolicyPoint {
  readonly headroom: number;
  /** Time that pods exist, for each day. */
  readonly podHoursPerDay: number;
  /** Share of the time with known load in which it is above what the ready pods carry. */
  readonly overloadedShare: number;
}

/** A policy with its result on the replayed days. */
export interface ReplayedPolicy extends PolicyPoint {
  readonly policy: Policy;
  /** Load of a floor `week` until the next choice; 0 with another floor. */
  readonly weekFloor: number;
  /** Whether it held the target, with the margin; if not, none did and this one came closest. */
  readonly held: boolean;
  /** The same policy at other headrooms, from the lowest on. */
  readonly curve: readonly PolicyPoint[];
}

/** The policy for a day and the evidence for it. Plain data. */
export interface Choice {
  /** Epoch seconds of the boundary that the choice is made at: nothing after it was known. */
  readonly boundarySeconds: number;
  readonly targetOverload: number;
  /** Days that were replayed, with at least one day before them to learn from. */
  readonly days: number;
  /** Share by which the replayed load was raised, because few days prove little; 0 without a choice. */
  readonly margin: number;
  /** Why the load of each minute was not known, so that the maxima of the steps stood in; undefined where it was. */
  readonly minutesProblem?: string | undefined;
  /** undefined while the history is too short to choose. */
  readonly chosen: ReplayedPolicy | undefined;
  /** A plain reactive HPA whose target was chosen on the same days in the same way. */
  readonly reactive: ReplayedPolicy | undefined;
}
