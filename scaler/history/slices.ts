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
   * @param asked steps of the request
   * @returns the error with both sizes; undefined when the next request cannot be smaller, or it was no timeout
   */
  halve(error: ScalerError, asked: number): ScalerError | undefined {
    if (!isTimeout(error) || asked <= FEWEST_STEPS) return undefined;
    this.steps = Math.max(FEWEST_STEPS, Math.ceil(asked / 2));
    const [before, next] = [asked, this.steps].map((steps) => formatDuration(steps * this.stepSeconds));
    const sizes = `asked for up to ${before} of history at once; the next try asks for up to ${next}`;
    return new ScalerError(error.kind, `${error.message} (${sizes})`, { cause: error.cause });
  }
}

/** Whether a source did not answer in time. */
export function isTimeout({ cause }: ScalerError): boolean {
  return cause instanceof RequestFailure && cause.traits.isSlow === true;
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
      if (size.halve(error, end - begin) === undefined) throw error;
    }
  }
  return { startSeconds: fromSeconds, stepSeconds, values, peaks };
}
