import type { Registry } from 'prom-client';
import { LOWER_QUANTILE } from '../planner/outlook.js';
import type { Answer, Answers, KnownTrigger, OverloadKept, Snapshot } from '../planner/types.js';
import { SharedLabelGauge, type SharedLabelSample } from '../shared/library-internals.js';
import type { Trigger } from '../trigger/trigger.js';

/** One family of gauges with a series, or a few, for each trigger. */
interface TriggerFamily {
  readonly name: string;
  readonly help: string;
  /** A label beside those of the trigger. */
  readonly label?: string | undefined;
  /** Hands over the series of one trigger: a value, and the value of `label` where there is one. */
  readonly collect: (context: TriggerState, emit: Emit) => unknown;
}

/** Takes a sample; NaN for none. */
type Emit = (value: number, labelValue?: string) => void;

/** What a family may look at. */
interface TriggerState {
  readonly trigger: Trigger;
  /** undefined until the first answer. */
  readonly answer: Answer | undefined;
  readonly nowSeconds: number;
}

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
      const value = answer?.snapshot ? read(answer.snapshot, nowSeconds) : undefined;
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
      if (answer?.snapshot) collect(answer.snapshot, emit);
    },
  };
}

/** Every family with a series for each trigger. Those about the load are in the query's unit. */
const triggerFamilies: readonly TriggerFamily[] = [
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
    collect: ({ answer }, emit) => answer?.error && emit(1, answer.error.kind),
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
    help: 'The quantile in use, from 0 to 1: what the coverage is to be compared with.',
    collect: ({ trigger, answer }, emit) => emit(settingsInUse(trigger, answer).quantile),
  },
  {
    name: `${PREFIX}target_overload_ratio`,
    help: 'Share of the time in overload that the trigger accepts, from 0 to 1. Absent for triggers that state none.',
    collect: ({ trigger }, emit) => emit(trigger.targetOverload ?? Number.NaN),
  },
  labeled(
    'overload_ratio',
    'span',
    'Share of the last day and week in which the load was above what the ready pods carried, from 0 to 1.',
    ({ overload }, emit) => overload && eachSpan(overload, emit),
  ),
  labeled(
    'overload_budget_used_ratio',
    'span',
    'That share over the accepted one, for the last day and week: 1 has used up what is accepted.',
    ({ overload, trigger: { targetOverload = Number.NaN } }, emit) =>
      overload && eachSpan(overload, (share, name) => emit(share / targetOverload, name)),
  ),
  labeled(
    'overload_measured',
    'span',
    'Whether that share is measured on ready pods, 1, or simulated with a model of pods, 0.',
    ({ overload }, emit) =>
      overload && eachSpan(overload, (_share, name, isMeasured) => emit(Number(isMeasured), name)),
  ),
  single(
    'policy_held',
    'Whether the policy in use would have kept the accepted overload on the days that it was chosen on: 1 or 0. Absent until one is chosen.',
    ({ overload }) => overload?.choice?.chosen && Number(overload.choice.chosen.held),
  ),
  single(
    'policy_headroom_ratio',
    'Factor of the policy in use on the load that it looks at; below 1 pods run closer to their capacity.',
    ({ overload }) => overload?.choice?.chosen?.policy.headroom,
  ),
];

/** Hands over the overload of each span that is known. */
function eachSpan(
  { seen, simulated }: OverloadKept,
  emit: (share: number, span: string, isMeasured: boolean) => void,
): void {
  for (const span of ['day', 'week'] as const) {
    const share = seen[span] ?? simulated[span];
    if (share !== undefined) emit(share, span, seen[span] !== undefined);
  }
}

/** The trigger with what is measured and chosen, where it answers. */
function settingsInUse(trigger: Trigger, answer: Answer | undefined): Trigger {
  return answer?.snapshot?.trigger ?? trigger;
}

const noLabels: Record<string, string> = Object.freeze({});

/** Registers gauges that are computed when somebody scrapes, so that nothing is left of a dropped trigger. */
export function registerTriggerGauges(
  answers: Pick<Answers, 'all'>,
  now: () => number,
  registry: Registry,
): void {
  const labelsOf = rememberedLabels();
  for (const { name, help, label, collect } of triggerFamilies) {
    const labelNames = ['namespace', 'scaledobject', 'metric', ...(label === undefined ? [] : [label])];
    new SharedLabelGauge({ name, help, labelNames, registers: [registry] }, () => {
      const nowSeconds = now();
      const samples: SharedLabelSample[] = [];
      for (const known of answers.all()) {
        const { trigger, answer } = known;
        const sharedLabels = labelsOf(known);
        collect({ trigger, answer, nowSeconds }, (value, labelValue) => {
          if (Number.isNaN(value)) return;
          const labels = label === undefined ? noLabels : { [label]: labelValue ?? '' };
          samples.push({ value, labels, sharedLabels });
        });
      }
      return samples;
    });
  }
}

/** The labels of a trigger as one object, since prom-client remembers their text by identity. */
function rememberedLabels(): (known: KnownTrigger) => Record<string, string> {
  const remembered = new WeakMap<Trigger, Record<string, string>>();
  return ({ name: metric, trigger }) => {
    let labels = remembered.get(trigger);
    if (labels?.metric !== metric) {
      const { namespace, scaledObject: scaledobject } = trigger;
      labels = Object.freeze({ namespace, scaledobject, metric });
      remembered.set(trigger, labels);
    }
    return labels;
  };
}
