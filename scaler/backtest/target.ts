import { inUse } from '../planner/choice.js';
import { type Outlook, outlookOf } from '../planner/outlook.js';
import { decideSignal, type FollowedPolicy } from '../planner/signal.js';
import { choiceBoundarySeconds, choosePolicy } from '../policy/choose.js';
import { HOURS_MINUTES, highestOfLast, RECENT_MINUTES } from '../policy/past.js';
import { policyLoad } from '../policy/policy-load.js';
import type { Choice } from '../policy/types.js';
import type { Recording } from './recording.js';
import { type BacktestOptions, learnable, type Moment } from './replay.js';

/**
 * What would have been answered at an accepted overload in each minute of the span. As in the live scaler, a policy is
 * chosen for each day from the days before it, and the code that decides the live answer follows it.
 */
export class TargetReplay {
  /** One for each day, oldest first. */
  readonly choices: Choice[] = [];
  /** What this scaler would have answered; as without a target where nothing could be chosen yet. */
  readonly values: Float64Array;
  /** The metric of a reactive HPA whose target was chosen in the same way: the load times what it chose. */
  readonly reactiveValues: Float64Array;

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
    this.#recent = highestOfLast(load.demand, load.observed, RECENT_MINUTES);
    this.#hours = highestOfLast(load.demand, load.observed, HOURS_MINUTES);
    this.values = new Float64Array(to - from);
    this.reactiveValues = load.observed.slice(from, to);
  }

  /** Answers one minute of the span; minutes come in their order. */
  answer(moment: Moment): void {
    const { trigger, setup, span } = this.options;
    const { targetPerReplica, capacityPerReplica: capacity } = setup;
    const choice = this.#choiceAt(moment.nowSeconds);
    const { chosen, reactive } = choice;
    const at = span.from + moment.minute;
    const lately = { recent: this.#recent[at]!, hours: this.#hours[at]! };
    // The HPA of the replayed workload divides the answer by its own target.
    const settings = { ...trigger, threshold: targetPerReplica };
    const followed: FollowedPolicy | undefined = chosen && { chosen, capacity, ...lately };
    const outlook = this.#outlookFor(choice, moment);
    this.values[moment.minute] = decideSignal(settings, outlook, moment.now, followed).value;
    if (reactive === undefined) return;
    const known = { now: this.recording.load.observed[at]!, ...lately, peak: Number.NaN };
    const load = policyLoad(reactive.policy, reactive.weekFloor, known);
    this.reactiveValues[moment.minute] = load * (targetPerReplica / capacity);
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
    const { startupSeconds, capacityPerReplica, minReplicas, maxReplicas, tolerance } = this.options.setup;
    const { history, fit } = learnable(steps, this.options, boundarySeconds);
    return choosePolicy(history, load, {
      boundarySeconds,
      startupSeconds,
      fit,
      targetOverload: this.targetOverload,
      capacity: capacityPerReplica,
      pods: {
        startupMinutes: Math.ceil(startupSeconds / 60),
        minReplicas: Math.max(1, minReplicas),
        maxReplicas,
        tolerance: tolerance ?? 0.1,
      },
    });
  }

  /** The outlook at the quantile of the chosen policy. */
  #outlookFor(choice: Choice, { model, outlook: from, now, nowSeconds }: Moment): Outlook | undefined {
    if (from === undefined || model === undefined || choice.chosen === undefined) return from;
    if (this.#outlook?.from !== from || this.#outlook.choice !== choice) {
      const { trigger, setup } = this.options;
      const used = inUse({ ...trigger, podStartupSeconds: setup.startupSeconds }, choice);
      this.#outlook = { from, choice, outlook: outlookOf(model, used, nowSeconds, now.events) };
    }
    return this.#outlook.outlook;
  }
}
