import { cutSeries } from '../forecast/series.js';
import type { TriggerHistory } from '../history/types.js';
import { REPLAYED_DAYS } from '../policy/past.js';
import type { Choice } from '../policy/types.js';
import type { Trigger } from '../trigger/trigger.js';
import { choiceOptions } from './choice.js';
import type { FitPlan } from './fit-options.js';
import { historyError } from './plan-answer.js';
import type { FitTurn, PlannerParts } from './ports.js';
import { SEEN_SECONDS, SeenOverload } from './seen-overload.js';
import { overloadOfAnswers } from './simulated-overload.js';
import type { OverloadKept, PastAnswers } from './types.js';

const DAY_SECONDS = 86_400;
/** Extra history before the first replayed minute, for what was known at its begin. */
const MARGIN_SECONDS = 600;

/**
 * Chooses a policy for the accepted overload each day, from the load of each minute, and follows how much overload
 * there was. The minutes are a window of their own, of which each day only the new ones are read.
 */
export class AcceptedOverload {
  readonly #minutes: TriggerHistory;
  readonly #seen: SeenOverload;
  #simulatedDay: number | undefined;
  /** `lateArrivals` of the history at the newest choice. */
  #lateArrivals: number | undefined;
  /** The newest choice, for the fits after it. */
  choice: Choice | undefined;

  /**
   * @param steps history of the trigger, on its grid
   * @param plan of the trigger's fits
   * @param phase in [0, 1): how late it asks among other triggers
   * @throws ScalerError as `HistoryProvider.window` does
   */
  constructor(
    trigger: Trigger,
    readonly parts: PlannerParts,
    readonly steps: TriggerHistory,
    readonly plan: FitPlan,
    phase: number,
  ) {
    const { source, namespace, query, ignoreNullValues } = trigger;
    const historySeconds = minutesSeconds(trigger, parts.settings.refitSeconds);
    const minutes = { source, namespace, query, ignoreNullValues, historySeconds, stepSeconds: 60 };
    this.#minutes = parts.history.window({ ...minutes, lateness: phase, keepsGaps: true });
    this.#seen = new SeenOverload(trigger, parts.history, phase);
  }

  /**
   * Chooses a policy from the past days, once for each boundary. While the minutes cannot be read, the maxima of the
   * steps stand in for them. It chooses again when they can be read, and when a part of the history came late.
   *
   * @param trigger with the start-up time that is in use
   */
  async choose(trigger: Trigger, boundarySeconds: number, turn: FitTurn): Promise<void> {
    const { clock, fitter, observer } = this.parts;
    const { lateArrivals } = this.steps;
    const isChosen = this.choice?.boundarySeconds === boundarySeconds && this.#lateArrivals === lateArrivals;
    if (isChosen && this.choice?.minutesProblem === undefined) return;
    const minutesProblem = await this.#minutes.refresh(clock.nowSeconds()).then(
      () => undefined,
      (error) => historyError(error, trigger).message,
    );
    if (turn.signal.aborted || (isChosen && minutesProblem !== undefined)) return;
    const fromSeconds = boundarySeconds - replayedSeconds(trigger) - MARGIN_SECONDS;
    const minutes = () => cutSeries(this.#minutes.series(fromSeconds), fromSeconds, boundarySeconds);
    const history = () => ({
      steps: cutSeries(this.steps.series(), boundarySeconds - trigger.historySeconds, boundarySeconds),
      ...(minutesProblem === undefined && { minutes: minutes() }),
    });
    try {
      const choice = await fitter.choose(history, choiceOptions(trigger, boundarySeconds, this.plan), turn);
      this.choice = { ...choice, minutesProblem };
      this.#lateArrivals = lateArrivals;
      observer.policyChosen(trigger, this.choice);
    } catch (error) {
      if (!turn.signal.aborted) observer.choiceFailed(trigger, error);
    }
  }

  /** Updates how much overload there was. */
  async look(past: PastAnswers | undefined, trigger: Trigger): Promise<void> {
    this.#simulatedDay = overloadOfAnswers(past, trigger);
    await this.#seen.refresh(this.parts.clock.nowSeconds());
  }

  /** @param choice that is in use */
  kept(choice: Choice | undefined): OverloadKept {
    return {
      choice,
      seen: this.#seen.shares,
      seenProblem: this.#seen.problem,
      simulated: { day: this.#simulatedDay, week: choice?.chosen?.overloadedShare },
    };
  }

  release(): void {
    this.#minutes.release();
    this.#seen.release();
  }
}

/** The longest past that a choice replays; a day before it is left to learn from. */
function replayedSeconds({ historySeconds }: Trigger): number {
  return Math.max(0, Math.min(REPLAYED_DAYS * DAY_SECONDS, historySeconds - DAY_SECONDS));
}

/** How much history in minutes is held for a choice, which ends up to a day and a refit before now. */
function minutesSeconds(trigger: Trigger, refitSeconds: number): number {
  return replayedSeconds(trigger) + MARGIN_SECONDS + DAY_SECONDS + refitSeconds;
}

/** How many steps are held for an accepted overload: the minutes for a choice, and the overload that was seen. */
export function overloadSteps(trigger: Trigger, refitSeconds: number): number {
  return minutesSeconds(trigger, refitSeconds) / 60 + SEEN_SECONDS / trigger.stepSeconds;
}
