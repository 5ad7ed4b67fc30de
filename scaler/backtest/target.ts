import { choiceOptions, inUse } from '../planner/choice.js';
import { type Outlook, outlookOf } from '../planner/outlook.js';
import { decideSignal, type FollowedPolicy } from '../planner/signal.js';
import { choiceBoundarySeconds, choosePolicy } from '../policy/choose.js';
import { HOURS_MINUTES, highestOfLast, RECENT_MINUTES } from '../policy/past.js';
import { policyLoad } from '../policy/policy-load.js';
import type { Choice } from '../policy/types.js';
import type { Trigger } from '../trigger/trigger.js';
import type { Recording } from './recording.js';
import { type BacktestOptions, learnableSteps, type Moment } from './replay.js';

/**
 * What would have been answered at an accepted overload in each minute of the span. As in the live scaler, a policy is
 * chosen for each day from the days before it, and the code that decides the live answer follows it.
 */
export class TargetReplay {
  /** One for each day, oldest first. */
  readonly choices: Choice[] = [];
  /** What this scaler would have answered; as without a target where nothing could be chosen yet. */
  readonly values: Float64Array;
  /** Whether it would have had the workload active. */
  readonly active: boolean[] = [];
  /** The metric of a reactive HPA whose target was chosen in the same way: the load times what it chose. */
  readonly reactiveValues: Float64Array;

  /** As it would be deployed for the replayed workload. */
  readonly #trigger: Trigger;
  readonly #recent: Float64Array;
  readonly #hours: Float64Array;
  /** The newest outlook for the chosen policy, and what it was made from. */
  #outlook: { readonly from: Outlook; readonly choice: Choice; readonly outlook: Outlook } | undefined;

  /** @param targetOverload the share of time that is accepted */
  constructor(
    readonly recording: Recording,
    readonly options: BacktestOptions,
    readonly targetOverload: number,
  ) {
    const { load } = recording;
    const { from, to } = options.span;
    const {
      targetPerReplica: threshold,
      capacityPerReplica: capacity,
      startupSeconds: podStartupSeconds,
    } = options.setup;
    this.#trigger = { ...options.trigger, threshold, capacity, podStartupSeconds };
    this.#recent = highestOfLast(load.demand, load.observed, RECENT_MINUTES);
    this.#hours = highestOfLast(load.demand, load.observed, HOURS_MINUTES);
    this.values = new Float64Array(to - from);
    this.reactiveValues = load.observed.slice(from, to);
  }

  /** Answers one minute of the span; minutes come in their order. */
  answer(moment: Moment): void {
    const { threshold, capacity } = this.#trigger;
    const choice = this.#choiceAt(moment.nowSeconds);
    const { chosen, reactive } = choice;
    const at = this.options.span.from + moment.minute;
    const lately = { recent: this.#recent[at]!, hours: this.#hours[at]! };
    const followed: FollowedPolicy | undefined = chosen && { chosen, capacity, ...lately };
    const outlook = this.#outlookFor(choice, moment);
    const { value, active } = decideSignal(this.#trigger, outlook, moment.now, followed);
    this.values[moment.minute] = value;
    this.active.push(active);
    if (reactive === undefined) return;
    const known = { now: this.recording.load.observed[at]!, ...lately, peak: Number.NaN };
    const load = policyLoad(reactive.policy, reactive.weekFloor, known);
    this.reactiveValues[moment.minute] = load * (threshold / capacity);
  }

  #choiceAt(nowSeconds: number): Choice {
    const boundarySeconds = choiceBoundarySeconds(nowSeconds);
    const newest = this.choices.at(-1);
    if (newest?.boundarySeconds === boundarySeconds) return newest;
    const choice = this.#choose(boundarySeconds);
    this.choices.push(choice);
    return choice;
  }

  #choose(boundarySeconds: number): Choice {
    const { steps, load } = this.recording;
    const { minReplicas, maxReplicas, tolerance = 0.1 } = this.options.setup;
    const usual = choiceOptions(this.#trigger, boundarySeconds, this.options);
    const pods = { ...usual.pods, minReplicas: Math.max(1, minReplicas), maxReplicas, tolerance };
    return choosePolicy(learnableSteps(steps, this.#trigger, boundarySeconds), load, { ...usual, pods });
  }

  /** The outlook at the quantile of the chosen policy. */
  #outlookFor(choice: Choice, { model, outlook: from, now, nowSeconds }: Moment): Outlook | undefined {
    if (from === undefined || model === undefined || choice.chosen === undefined) return from;
    if (this.#outlook?.from !== from || this.#outlook.choice !== choice) {
      const used = inUse(this.#trigger, choice);
      this.#outlook = { from, choice, outlook: outlookOf(model, used, nowSeconds, now.events) };
    }
    return this.#outlook.outlook;
  }
}
