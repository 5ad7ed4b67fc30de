import { LOWER_QUANTILE } from '../planner/outlook.js';
import type { Snapshot } from '../planner/types.js';
import type { TriggerFamily, TriggerState } from './trigger-gauge.js';

const PREFIX = 'predictive_scaler_';

/** Families about the load itself are in the query's unit, which only the user knows. */
const loadFamilies: readonly TriggerFamily[] = [
  {
    name: `${PREFIX}observed`,
    help: "Load as it was observed last, in the query's unit. Absent while the query's result is empty.",
    collect: ofSnapshot(({ observed }, emit) => observed !== undefined && emit(observed)),
  },
  {
    name: `${PREFIX}forecast`,
    help: "Load forecast for the step at the end of the horizon, in the query's unit, for the lower quantile and the trigger's own.",
    label: 'q',
    collect: ofSnapshot(({ forecast, trigger }, emit) => {
      if (forecast === undefined) return;
      // A trigger may ask for the lower quantile itself; two equal series would make the whole scrape invalid.
      if (trigger.quantile !== LOWER_QUANTILE)
        emit(forecast.lower.at(-1) ?? Number.NaN, String(LOWER_QUANTILE));
      emit(forecast.upper.at(-1) ?? Number.NaN, String(trigger.quantile));
    }),
  },
  {
    name: `${PREFIX}forecast_mean`,
    help: "Load expected for the step at the end of the horizon, in the query's unit.",
    collect: ofSnapshot(({ forecast }, emit) => forecast && emit(forecast.mean.at(-1) ?? Number.NaN)),
  },
  {
    name: `${PREFIX}forecast_peak`,
    help: "The trigger's quantile of the highest load within the horizon, in the query's unit.",
    label: 'q',
    collect: ofSnapshot(
      ({ forecast, trigger }, emit) => forecast && emit(forecast.peak, String(trigger.quantile)),
    ),
  },
  {
    name: `${PREFIX}forecast_peak_timestamp_seconds`,
    help: 'Time at which the highest load within the horizon is expected, in seconds since 1970.',
    collect: ofSnapshot(({ forecast }, emit) => forecast && emit(forecast.peakAtSeconds)),
  },
  {
    name: `${PREFIX}value`,
    help: "Value answered to KEDA, in the query's unit.",
    collect: ofSnapshot(({ value }, emit) => emit(value)),
  },
  {
    name: `${PREFIX}threshold`,
    help: "Load that one replica carries, in the query's unit. The value divided by it is the replicas asked for.",
    collect: ({ trigger }, emit) => emit(trigger.threshold),
  },
  {
    name: `${PREFIX}active`,
    help: 'Whether the workload is to be active: 1 or 0.',
    collect: ofSnapshot(({ active }, emit) => emit(Number(active))),
  },
];

const stateFamilies: readonly TriggerFamily[] = [
  {
    name: `${PREFIX}stage`,
    help: 'How far the model has come: 1 for the stage it is at; the others are absent.',
    label: 'stage',
    collect: ofSnapshot(({ stage }, emit) => emit(1, stage)),
  },
  {
    name: `${PREFIX}reason`,
    help: 'Why the answered value is what it is: 1 for the reason that holds; the others are absent.',
    label: 'reason',
    collect: ofSnapshot(({ reason }, emit) => emit(1, reason)),
  },
  {
    name: `${PREFIX}answer_error`,
    help: 'Kind of the error that KEDA gets instead of a value: 1; absent while there is none.',
    label: 'kind',
    collect: ({ answer }, emit) => {
      if (answer !== undefined && 'error' in answer) emit(1, answer.error.kind);
    },
  },
  {
    name: `${PREFIX}history_error`,
    help: 'Kind of the error with which the history cannot be read although the load now can: 1; absent while there is none.',
    label: 'kind',
    collect: ofSnapshot(({ historyFailure }, emit) => historyFailure && emit(1, historyFailure.kind)),
  },
  {
    name: `${PREFIX}guarded`,
    help: 'Whether the model is set aside because it does not beat the last value on this trigger: 1 or 0.',
    collect: ofSnapshot(({ guarded }, emit) => emit(Number(guarded))),
  },
  {
    name: `${PREFIX}next_stage_seconds`,
    help: 'History still missing for the next stage, in seconds; 0 on the last one.',
    collect: ofSnapshot(
      ({ nextStageInSeconds }, emit) => nextStageInSeconds !== undefined && emit(nextStageInSeconds),
    ),
  },
  {
    name: `${PREFIX}model_age_seconds`,
    help: 'Seconds since the end of the newest step of history that the model has seen.',
    collect: ofSnapshot(
      ({ historyUntilSeconds }, emit, nowSeconds) =>
        historyUntilSeconds !== undefined && emit(Math.max(0, nowSeconds - historyUntilSeconds)),
    ),
  },
];

const qualityFamilies: readonly TriggerFamily[] = [
  {
    name: `${PREFIX}forecast_error`,
    help: "Mean error of the peak's quantile over the horizon, too low weighing more than too high, measured on this trigger's past, in the query's unit.",
    collect: ofSnapshot(({ quality }, emit) => quality && emit(quality.modelError)),
  },
  {
    name: `${PREFIX}last_value_error`,
    help: 'The same error for the plain guess that the last value stays.',
    collect: ofSnapshot(({ quality }, emit) => quality && emit(quality.lastValueError)),
  },
  {
    name: `${PREFIX}coverage_ratio`,
    help: "Share of past peaks that stayed at or below the trigger's quantile of the forecast, from 0 to 1.",
    collect: ofSnapshot(({ quality }, emit) => quality && emit(quality.coverage)),
  },
  {
    name: `${PREFIX}quantile_ratio`,
    help: 'The quantile that the trigger asks for, from 0 to 1: what the coverage is to be compared with.',
    collect: ({ trigger }, emit) => emit(trigger.quantile),
  },
];

/** Every family with a series for each trigger. */
export const triggerFamilies: readonly TriggerFamily[] = [
  ...loadFamilies,
  ...stateFamilies,
  ...qualityFamilies,
];

/** A family that has nothing to say while there is no snapshot. */
function ofSnapshot(
  collect: (
    snapshot: Snapshot,
    emit: (value: number, labelValue?: string) => void,
    nowSeconds: number,
  ) => unknown,
): TriggerFamily['collect'] {
  return ({ answer, nowSeconds }: TriggerState, emit) => {
    if (answer !== undefined && 'snapshot' in answer) collect(answer.snapshot, emit, nowSeconds);
  };
}
