import { boundedQuantile } from '../errors/bounded-quantile.js';
import { quantileOfErrors } from '../errors/conformal.js';
import type { FittedModel, Forecast, Reference, StepEffects } from '../types.js';
import { ratioOf } from './follow.js';
import { LEAST_SHARE_OF_LEVEL } from './profile.js';
import { stepIn, UNSURE } from './references.js';

/** The highest load of one step as the model forecasts it for an ordinary day. */
interface OrdinaryPeak {
  readonly center: number;
  /** The error that is to be expected. */
  readonly margin: number;
}

/**
 * Applies special spans to a forecast: the reference in place of the model's forecast, then factors, then the floors of the
 * peak. The peak is the highest over the steps, each with the margin of its own kind.
 *
 * @param ordinary answered as it is where nothing is special
 * @param ordinaryPeak of each step
 */
export function forecastSpecial(
  model: FittedModel,
  ordinary: Forecast,
  quantiles: readonly number[],
  effects: StepEffects | undefined,
  ordinaryPeak: (step: number) => OrdinaryPeak,
): Forecast {
  const references = model.special?.references ?? [];
  if (!effects && references.length === 0) return ordinary;
  const { stepSeconds, startSeconds } = ordinary;
  const steps = Array.from(ordinary.mean, (_, h) => {
    return referenceStep(references, startSeconds + h * stepSeconds, stepSeconds);
  });
  if (!effects && steps.every((step) => step === undefined)) return ordinary;

  const { floor } = model.peak;
  const factor = (h: number) => effects?.factors[h] ?? 1;
  const peakOf = (h: number, q: number) => {
    const step = steps[h];
    const { center, margin } = ordinaryPeak(h);
    const error = quantileOfErrors(model.peakErrors.sorted, q);
    if (!step) return factor(h) * boundedQuantile(model.peak, center, error, margin);
    const { reference, peak, size } = step;
    const ofLike =
      reference.peakErrors.length > 0
        ? quantileOfErrors(reference.peakErrors, q) * size
        : UNSURE * error * margin;
    return factor(h) * Math.max(floor, peak + ofLike);
  };
  const highest = (q: number) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let h = 0; h < steps.length; h++) most = Math.max(most, effects?.floors[h] ?? most, peakOf(h, q));
    return most;
  };
  let peakStep = 0;
  for (let h = 1; h < steps.length; h++) if (peakOf(h, 0.5) > peakOf(peakStep, 0.5)) peakStep = h;
  return {
    ...ordinary,
    mean: ordinary.mean.map((value, h) => factor(h) * (steps[h]?.mean ?? value)),
    quantiles: ordinary.quantiles.map((values, k) =>
      values.map((value, h) => {
        const step = steps[h];
        if (!step) return factor(h) * value;
        const { reference, mean, size } = step;
        const margin =
          reference.stepErrors.length > 0
            ? quantileOfErrors(reference.stepErrors, quantiles[k]!) * size
            : UNSURE * (value - ordinary.mean[h]!);
        return factor(h) * Math.max(model.mean.floor, mean + margin);
      }),
    ),
    peaks: quantiles.map(highest),
    peakStep,
  };
}

interface ReferenceStep {
  readonly reference: Reference;
  readonly mean: number;
  readonly peak: number;
  /** What errors are shares of. */
  readonly size: number;
}

/** What the first reference that covers a step says about it. */
function referenceStep(
  references: readonly Reference[],
  atSeconds: number,
  stepSeconds: number,
): ReferenceStep | undefined {
  for (const reference of references) {
    const i = stepIn(reference, atSeconds, stepSeconds);
    const mean = reference.mean[i];
    if (mean === undefined) continue;
    const ratio = ratioOf(reference, reference.level, stepSeconds);
    const peak = ratio * reference.peak[i]!;
    return {
      reference,
      mean: ratio * mean,
      peak,
      size: Math.max(peak, LEAST_SHARE_OF_LEVEL * reference.level),
    };
  }
  return undefined;
}
