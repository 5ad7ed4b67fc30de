import type { Series } from '../forecast/types.js';
import { RequestFailure } from '../prometheus/request-failure.js';
import { formatDuration } from '../shared/duration.js';
import { ScalerError } from '../shared/errors.js';

/** Slices are not made smaller: with so few steps a query is not slow because of its length. */
const FEWEST_STEPS = 12;

/** How many steps are asked for at once: halved after each timeout. */
export class SliceSize {
  steps: number;

  /** @param mostSteps that the source takes at once. */
  constructor(
    readonly mostSteps: number,
    readonly stepSeconds: number,
  ) {
    this.steps = mostSteps;
  }

  reset(): void {
    this.steps = this.mostSteps;
  }

  /**
   * Halves the size after a timeout.
   * @param wanted steps that are still to be asked for
   * @returns whether the next request is smaller, and the error with both sizes; undefined when it is not a timeout
   */
  halve(error: ScalerError, wanted: number): { isSmaller: boolean; error: ScalerError } | undefined {
    const { cause, kind, message } = error;
    if (!(cause instanceof RequestFailure && cause.traits.isSlow)) return undefined;
    const asked = Math.min(this.steps, wanted);
    const isSmaller = asked > FEWEST_STEPS;
    if (isSmaller) this.steps = Math.max(FEWEST_STEPS, Math.ceil(asked / 2));
    const duration = (steps: number): string => formatDuration(steps * this.stepSeconds);
    const next = duration(Math.min(this.steps, asked));
    const sizes = `asked for up to ${duration(asked)} of history at once; the next try asks for up to ${next}`;
    return { isSmaller, error: new ScalerError(kind, `${message} (${sizes})`, { cause }) };
  }
}

/**
 * A range of any length, slice by slice, the newest first. Slices get smaller after timeouts.
 * @param ask for one slice
 * @throws ScalerError as `ask` does; for a timeout when the smallest slice takes too long
 */
export async function rangeInSlices(
  ask: (fromSeconds: number, toSeconds: number) => Promise<Series>,
  mostSteps: number,
  fromSeconds: number,
  toSeconds: number,
  stepSeconds: number,
): Promise<Required<Series>> {
  const steps = Math.round((toSeconds - fromSeconds) / stepSeconds);
  const values = new Float64Array(steps);
  const peaks = new Float64Array(steps);
  const size = new SliceSize(mostSteps, stepSeconds);
  for (let end = steps; end > 0; ) {
    const begin = Math.max(0, end - size.steps);
    try {
      const slice = await ask(fromSeconds + begin * stepSeconds, fromSeconds + end * stepSeconds);
      values.set(slice.values, begin);
      peaks.set(slice.peaks ?? slice.values, begin);
      end = begin;
    } catch (error) {
      if (!(error instanceof ScalerError)) throw error;
      const halved = size.halve(error, end);
      if (!halved?.isSmaller) throw error;
    }
  }
  return { startSeconds: fromSeconds, stepSeconds, values, peaks };
}
