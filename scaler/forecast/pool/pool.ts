import type { Origins } from '../origins.js';
import type { Track } from '../recursion/holt-winters.js';
import { replayMember } from '../recursion/replay-member.js';
import { offsetForLog, toForm } from '../recursion/scale-form.js';
import { type MemberShape, startMember } from '../recursion/start-member.js';
import { passRecord, startFittedMember } from '../search/start-fitted-member.js';
import type { SeasonSlots } from '../seasons/local-time.js';
import type { Member, PooledModel, SmoothingParameters } from '../types.js';
import { combineMembers, errorsInDisagreement, type MadeForecasts } from './combine.js';
import { recentError, weightsOfErrors } from './weights.js';

/** A fitted pool as it stands after the whole series, and the forecasts that it would have made in the past. */
interface FittedPool extends Pick<PooledModel, 'members' | 'weights' | 'disagreement'> {
  /** Combined forecasts, `horizonSteps` for each origin. */
  readonly replayed: Float64Array;
  /** Parameters of every member that was tried, by its name. */
  readonly parameters: ReadonlyMap<string, SmoothingParameters>;
}

/** "The last value stays" is a recursion whose level takes each value as it is. */
const LAST_VALUE: SmoothingParameters = {
  alpha: 1,
  beta: 0,
  phi: 0,
  gamma: 0,
  omega: 0,
  kappa: 0,
  rho: 0,
};

/** "The same time before" is a season that takes each value as it is, shifted by the present deviation. */
const SAME_TIME: SmoothingParameters = {
  alpha: 0,
  beta: 0,
  phi: 0,
  gamma: 1,
  omega: 1,
  kappa: 1,
  rho: 0.9,
};

/** A member that never weighs as much as this is left out. */
const LEAST_WEIGHT = 0.02;

/** Steps ahead at which members are measured: 1, a quarter of the horizon, and the horizon. */
export function measuredSteps(horizonSteps: number): number[] {
  return [...new Set([1, Math.max(1, Math.round(horizonSteps / 4)), horizonSteps])];
}

/** What a member is made of: seasons, form, and parameters where they are not fitted. */
interface Candidate {
  readonly name: string;
  readonly seasons: readonly SeasonSlots[];
  readonly form: Member['form'];
  readonly fixed?: SmoothingParameters;
}

/**
 * Fits every member that the seasons allow and combines them, at each number of steps ahead, by their measured error.
 * Every member is a Holt-Winters recursion; the naive forecasts are its corner cases.
 *
 * @param filled the values with a likely load in place of excluded steps: a member without a season forecasts from the newest
 * value
 * @param likeSeries parameters fitted to a similar series, by member: the search begins there
 */
export function fitPool(
  values: Float64Array,
  filled: Float64Array,
  seasons: readonly SeasonSlots[],
  origins: Origins,
  stepSeconds: number,
  likeSeries: ReadonlyMap<string, SmoothingParameters> = new Map(),
): FittedPool {
  const measuredAt = measuredSteps(origins.horizonSteps);
  const record = passRecord(values.length, origins.steps[0] ?? Math.max(0, values.length - 2), measuredAt);
  const logOffset = offsetForLog(values);
  const inLog = { form: 'log', logOffset } as const;
  const logValues = logOffset > 0 ? toForm(inLog, values) : undefined;

  let seasonal: SmoothingParameters | undefined;
  const members: Member[] = [];
  const forecasts: MadeForecasts[] = [];
  /** The same forecasts as members made them that were started from their own first cycle. */
  const asStarted: MadeForecasts[] = [];
  for (const { name, seasons: used, form, fixed } of candidates(
    seasons,
    logValues !== undefined,
    origins.steps.length > 0,
  )) {
    const shape: MemberShape = { name, form, logOffset: form === 'log' ? logOffset : 0, seasons: used };
    const isSeasonal = used.length > 0;
    const track: Track = {
      values: form === 'log' ? logValues! : isSeasonal ? values : filled,
      slots: used.map(({ slots }) => slots),
    };
    const member = fixed
      ? startMember(shape, fixed, track)
      : startFittedMember(shape, track, record, stepSeconds, likeSeries.get(name) ?? seasonal);
    if (!fixed && isSeasonal) seasonal = member.parameters;
    const made = replayMember(member, track, origins);
    const shorter = forecasts.at(-1);
    asStarted.push({ isSeasonal, made });
    const isSameTime = fixed !== undefined && shorter !== undefined;
    forecasts.push({
      isSeasonal,
      made: isSameTime ? sinceFirstCycle(made, shorter.made, origins, used[0]!.slotCount) : made,
    });
    members.push(member);
  }
  const errors = measuredAt.map((stepsAhead) =>
    forecasts.map(({ made }) => recentError(values, made, origins, stepsAhead)),
  );
  // Forecasts that differ by more than a wild step cannot both be right. The first week is taken to come again until errors
  // show that it does not: the second Saturday has no other example.
  const span = members[0]!.clip;
  const errorsApart = errorsInDisagreement(values, asStarted, origins, measuredAt, span);
  const longest = members.findLastIndex(({ parameters }) => parameters === SAME_TIME);
  const decidesAlone =
    errorsApart !== undefined &&
    members[longest]!.seasons[0]!.effects.length > origins.steps[0]! + 1 &&
    errorsApart[longest] === Math.min(...errorsApart);
  const inUse = membersInUse([...errors, ...(errorsApart ? [errorsApart] : [])].map(weightsOfErrors));
  const weightsOf = (row: readonly number[]) => weightsOfErrors(inUse.map((m) => row[m]!));
  const weights = errors.map(weightsOf);
  const disagreement = errorsApart && { span, decidesAlone, weights: weightsOf(errorsApart) };
  const used = inUse.map((m) => forecasts[m]!);
  return {
    members: inUse.map((m) => members[m]!),
    weights,
    disagreement,
    parameters: new Map(members.map(({ name, parameters }) => [name, parameters])),
    replayed: combineMembers(used, { weights, measuredAt, disagreement }, origins.horizonSteps),
  };
}

/**
 * Forecasts of "the same time before" as they could have been made: in the first cycle, from which the member was started, there
 * was no cycle before, so the forecasts of the next shorter season take their place.
 */
function sinceFirstCycle(
  made: Float64Array,
  shorter: Float64Array,
  { steps, horizonSteps }: Origins,
  cycleSteps: number,
): Float64Array {
  const honest = made.slice();
  for (let i = 0; i < steps.length && steps[i]! + 1 < cycleSteps; i++) {
    const begin = i * horizonSteps;
    const end = begin + Math.min(horizonSteps, cycleSteps - steps[i]! - 1);
    honest.set(shorter.subarray(begin, end), begin);
  }
  return honest;
}

/** Indices of the members with a weight at one of the measured steps ahead or where members disagree; the others would only cost memory and time. */
function membersInUse(weights: readonly (readonly number[])[]): number[] {
  return weights[0]!.flatMap((_, m) => (weights.some((row) => row[m]! >= LEAST_WEIGHT) ? [m] : []));
}

/** Members to try; without past forecasts to measure, only the last value. */
function candidates(seasons: readonly SeasonSlots[], hasLog: boolean, isMeasured: boolean): Candidate[] {
  const list: Candidate[] = [{ name: 'last value', seasons: [], form: 'additive', fixed: LAST_VALUE }];
  if (!isMeasured) return list;
  list.push({ name: 'trend', seasons: [], form: 'additive' });
  for (const season of seasons) {
    const name = `same time ${periodName(season.periodSeconds)} ago`;
    list.push({ name, seasons: [season], form: 'additive', fixed: SAME_TIME });
  }
  for (let count = 1; count <= Math.min(2, seasons.length); count++) {
    const used = seasons.slice(0, count);
    const name = `season of ${used.map(({ periodSeconds }) => periodName(periodSeconds)).join(' and ')}`;
    list.push({ name, seasons: used, form: 'additive' });
    if (hasLog) list.push({ name: `${name}, log`, seasons: used, form: 'log' });
  }
  return list;
}

/** A period in words: `1 day`, `7 days`, `6 h`, `90 s`. */
function periodName(seconds: number): string {
  if (seconds % 86_400 === 0) return seconds === 86_400 ? '1 day' : `${seconds / 86_400} days`;
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds} s`;
}
