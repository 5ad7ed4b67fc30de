import { LOWER_QUANTILE } from '../planner/outlook.js';
import type { Snapshot } from '../planner/types.js';
import type { Emit, TriggerFamily } from './trigger-gauge.js';

const PREFIX = 'predictive_scaler_';

/** A family with one series for each trigger that has a snapshot and a value. */
function single(
  name: string,
  help: string,
  read: (snapshot: Snapshot, nowSeconds: number) => number | undefined,
): TriggerFamily {
  return {
    name: PREFIX + name,
    help,
    collect({ answer, nowSeconds }, emit) {
      const value = answer && 'snapshot' in answer ? read(answer.snapshot, nowSeconds) : undefined;
      if (value !== undefined) emit(value);
    },
  };
}

/** A family with a label of its own, for triggers that have a snapshot. */
function labeled(
  name: string,
  label: string,
  help: string,
  collect: (snapshot: Snapshot, emit: Emit) => unknown,
): TriggerFamily {
  return {
    name: PREFIX + name,
    help,
    label,
    collect({ answer }, emit) {
      if (answer && 'snapshot' in answer) collect(answer.snapshot, emit);
    },
  };
}

/** Every family with a series for each trigger. Those about the load are in the query's unit. */
export const triggerFamilies: readonly TriggerFamily[] = [
  single(
    'observed',
    "Load as it was observed last, in the query's unit. Absent while the query's result is empty.",
    ({ observed }) => observed,
  ),
  labeled(
    'forecast',
    'q',
    "Load forecast for the step at the end of the horizon, in the query's unit, for the lower quantile and the trigger's own.",
    ({ forecast, trigger }, emit) => {
      if (forecast === undefined) return;
      // A trigger may ask for the lower quantile itself; two equal series would make the whole scrape invalid.
      if (trigger.quantile !== LOWER_QUANTILE)
        emit(forecast.lower.at(-1) ?? Number.NaN, String(LOWER_QUANTILE));
      emit(forecast.upper.at(-1) ?? Number.NaN, String(trigger.quantile));
    },
  ),
  single(
    'forecast_mean',
    "Load expected for the step at the end of the horizon, in the query's unit.",
    ({ forecast }) => forecast?.mean.at(-1),
  ),
  labeled(
    'forecast_peak',
    'q',
    "The trigger's quantile of the highest load within the horizon, in the query's unit.",
    ({ forecast, trigger }, emit) => forecast && emit(forecast.peak, String(trigger.quantile)),
  ),
  single(
    'forecast_peak_timestamp_seconds',
    'Time at which the highest load within the horizon is expected, in seconds since 1970.',
    ({ forecast }) => forecast?.peakAtSeconds,
  ),
  single('value', "Value answered to KEDA, in the query's unit.", ({ value }) => value),
  {
    name: `${PREFIX}threshold`,
    help: "Load that one replica carries, in the query's unit. The value divided by it is the replicas asked for.",
    collect: ({ trigger }, emit) => emit(trigger.threshold),
  },
  single('active', 'Whether the workload is to be active: 1 or 0.', ({ active }) => Number(active)),
  labeled(
    'stage',
    'stage',
    'How far the model has come: 1 for the stage it is at; the others are absent.',
    ({ stage }, emit) => emit(1, stage),
  ),
  labeled(
    'reason',
    'reason',
    'Why the answered value is what it is: 1 for the reason that holds; the others are absent.',
    ({ reason }, emit) => emit(1, reason),
  ),
  {
    name: `${PREFIX}answer_error`,
    help: 'Kind of the error that KEDA gets instead of a value: 1; absent while there is none.',
    label: 'kind',
    collect: ({ answer }, emit) => answer && 'error' in answer && emit(1, answer.error.kind),
  },
  labeled(
    'history_error',
    'kind',
    'Kind of the error with which the history cannot be read although the load now can: 1; absent while there is none.',
    ({ historyFailure }, emit) => historyFailure && emit(1, historyFailure.kind),
  ),
  single(
    'guarded',
    'Whether the model is set aside because it does not beat the last value on this trigger: 1 or 0.',
    ({ guarded }) => Number(guarded),
  ),
  single(
    'next_stage_seconds',
    'History still missing for the next stage, in seconds; 0 on the last one.',
    ({ nextStageInSeconds }) => nextStageInSeconds,
  ),
  single(
    'model_age_seconds',
    'Seconds since the end of the newest step of history that the model has seen.',
    ({ historyUntilSeconds: until }, nowSeconds) =>
      until === undefined ? undefined : Math.max(0, nowSeconds - until),
  ),
  single(
    'forecast_error',
    "Mean error of the peak's quantile over the horizon, too low weighing more than too high, measured on this trigger's past, in the query's unit.",
    ({ quality }) => quality?.modelError,
  ),
  single(
    'last_value_error',
    'The same error for the plain guess that the last value stays.',
    ({ quality }) => quality?.lastValueError,
  ),
  single(
    'coverage_ratio',
    "Share of past peaks that stayed at or below the trigger's quantile of the forecast, from 0 to 1.",
    ({ quality }) => quality?.coverage,
  ),
  {
    name: `${PREFIX}quantile_ratio`,
    help: 'The quantile that the trigger asks for, from 0 to 1: what the coverage is to be compared with.',
    collect: ({ trigger }, emit) => emit(trigger.quantile),
  },
];
