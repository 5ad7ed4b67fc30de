import { type FittedModel, type Forecast, forecast } from '../forecast/index.js';
import type { Trigger } from '../trigger.js';
import { horizonSteps } from './fit-options.js';
import type { Reason } from './types.js';

/** What a trigger says about its answer. */
export type SignalSettings = Pick<
  Trigger,
  'horizonSeconds' | 'stepSeconds' | 'quantile' | 'mode' | 'minValue' | 'maxValue' | 'activationThreshold'
>;

/** What is known at one moment. */
export interface Present {
  readonly nowSeconds: number;
  /** The load now; undefined when the query's result is empty or Prometheus does not answer. */
  readonly observed: number | undefined;
  /** Whether Prometheus does not answer, so that the forecast goes on from the model's last state. */
  readonly stale: boolean;
}

/** The answer to KEDA, why it is what it is, and the forecast behind it. */
export interface Signal {
  /** Answered to GetMetrics, after clamping. */
  readonly value: number;
  /** Answered to IsActive: the value is strictly above the activation threshold. */
  readonly active: boolean;
  readonly reason: Reason;
  /**
   * From the step that holds `nowSeconds` on: the 0.1 and the trigger's own quantile, in this order. Undefined without
   * a model. It is there even when it did not decide, for charts and metrics.
   */
  readonly forecast: Forecast | undefined;
}

/** Lower edge of the band that charts show around the forecast. */
const LOWER_QUANTILE = 0.1;

/**
 * Decides the answered value: the larger of the load now and the coming peak's quantile, so it is never below what a
 * reactive scaler would answer. Without a model that earns its place, the load now is answered alone; while Prometheus
 * does not answer there is no load to observe: the forecast alone decides, or the newest known step where the forecast
 * must not.
 *
 * Pure; the live planner and the replay both call it, once a minute or more often.
 */
export function decideSignal(
  settings: SignalSettings,
  model: FittedModel | undefined,
  present: Present,
): Signal {
  const coming = model && forecastFrom(present.nowSeconds, settings, model);
  const { value, reason } = choose(settings, model, coming, present);
  const clamped = Math.min(
    settings.maxValue ?? Number.POSITIVE_INFINITY,
    Math.max(settings.minValue ?? Number.NEGATIVE_INFINITY, value),
  );
  return { value: clamped, active: clamped > settings.activationThreshold, reason, forecast: coming };
}

/** The model may end before now, when steps are missing: those are skipped. */
function forecastFrom(nowSeconds: number, settings: SignalSettings, model: FittedModel): Forecast {
  const behind = Math.max(0, Math.floor((nowSeconds - model.endSeconds) / model.stepSeconds));
  return forecast(model, horizonSteps(settings), [LOWER_QUANTILE, settings.quantile], behind);
}

function choose(
  { mode }: SignalSettings,
  model: FittedModel | undefined,
  coming: Forecast | undefined,
  { observed, stale }: Present,
): { value: number; reason: Reason } {
  const peak = coming?.peaks[1];
  const usable = model !== undefined && model.stage !== 'observed' && !model.guarded;
  if (stale) {
    const known = observed ?? (model && Number.isFinite(model.mean.last) ? model.mean.last : 0);
    const value = usable && mode === 'predict' ? Math.max(observed ?? peak!, peak!) : known;
    return { value, reason: 'stale' };
  }
  const now = observed ?? 0;
  const nothing = observed === undefined;
  if (mode === 'observe') return { value: now, reason: nothing ? 'empty' : 'observe-mode' };
  if (!usable) return { value: now, reason: nothing ? 'empty' : model?.guarded ? 'guarded' : 'warming-up' };
  if (peak! > now) return { value: peak!, reason: 'forecast' };
  return { value: now, reason: nothing ? 'empty' : 'observed' };
}
