import type { Registry } from 'prom-client';
import { LOWER_QUANTILE } from '../planner/outlook.js';
import type { Answer, Answers, KnownTrigger, OverloadKept } from '../planner/types.js';
import { SharedLabelGauge, type SharedLabelSample } from '../shared/library-internals.js';
import type { Trigger } from '../trigger/trigger.js';

/** A family of gauges, with one or more series for each trigger. */
interface TriggerFamily {
  /** Without `PREFIX`. */
  readonly name: string;
  readonly help: string;
  /** A label beside those of the trigger. */
  readonly label?: string;
  /** The value for a trigger, or values by `label` where there is one; undefined and NaN for none. */
  readonly read: (state: TriggerState) => number | Readonly<Record<string, number | undefined>> | undefined;
}

/** What a family may read: a trigger, and its answer if there is one. */
interface TriggerState {
  readonly trigger: Trigger;
  readonly snapshot: Answer['snapshot'];
  readonly error: Answer['error'];
  readonly nowSeconds: number;
}

const PREFIX = 'predictive_scaler_';

const triggerFamilies: readonly TriggerFamily[] = [
  {
    name: 'observed',
    help: "Last observed load, in the query's unit. Absent while the query's result is empty.",
    read: ({ snapshot }) => snapshot?.observed,
  },
  {
    name: 'forecast',
    label: 'q',
    help: "Load forecast for the step at the end of the horizon, in the query's unit, for the lower quantile and the trigger's own.",
    // If the trigger asks for the lower quantile, there is one series.
    read: ({ snapshot }) =>
      snapshot?.forecast && {
        [LOWER_QUANTILE]: snapshot.forecast.lower.at(-1),
        [snapshot.trigger.quantile]: snapshot.forecast.upper.at(-1),
      },
  },
  {
    name: 'forecast_mean',
    help: "Load expected for the step at the end of the horizon, in the query's unit.",
    read: ({ snapshot }) => snapshot?.forecast?.mean.at(-1),
  },
  {
    name: 'forecast_peak',
    label: 'q',
    help: "The trigger's quantile of the highest load within the horizon, in the query's unit.",
    read: ({ snapshot }) => snapshot?.forecast && { [snapshot.trigger.quantile]: snapshot.forecast.peak },
  },
  {
    name: 'forecast_peak_timestamp_seconds',
    help: 'Time at which the highest load within the horizon is expected, in seconds since 1970.',
    read: ({ snapshot }) => snapshot?.forecast?.peakAtSeconds,
  },
  {
    name: 'value',
    help: "Value answered to KEDA, in the query's unit.",
    read: ({ snapshot }) => snapshot?.value,
  },
  {
    name: 'threshold',
    help: "Load that one replica carries, in the query's unit. The value divided by it is the replicas asked for.",
    read: ({ trigger }) => trigger.threshold,
  },
  {
    name: 'active',
    help: 'Whether the workload should be active: 1 or 0.',
    read: ({ snapshot }) => snapshot && Number(snapshot.active),
  },
  {
    name: 'stage',
    label: 'stage',
    help: 'Stage of the model: 1 for the current one; the others are absent.',
    read: ({ snapshot }) => snapshot && { [snapshot.stage]: 1 },
  },
  {
    name: 'reason',
    label: 'reason',
    help: 'Reason for the answered value: 1 for the current one; the others are absent.',
    read: ({ snapshot }) => snapshot && { [snapshot.reason]: 1 },
  },
  {
    name: 'answer_error',
    label: 'kind',
    help: 'Kind of the error that KEDA gets instead of a value: 1; absent while there is none.',
    read: ({ error }) => error && { [error.kind]: 1 },
  },
  {
    name: 'history_error',
    label: 'kind',
    help: 'Kind of the error with which the history cannot be read although the load now can: 1; absent while there is none.',
    read: ({ snapshot }) => snapshot?.historyFailure && { [snapshot.historyFailure.kind]: 1 },
  },
  {
    name: 'guarded',
    help: 'Whether the last value counts for more than the model, which does not beat it on this trigger, or whose load stays away: 1 or 0.',
    read: ({ snapshot }) => snapshot && Number(snapshot.guarded),
  },
  {
    name: 'next_stage_seconds',
    help: 'History still missing for the next stage, in seconds; 0 on the last one.',
    read: ({ snapshot }) => snapshot?.nextStageInSeconds,
  },
  {
    name: 'model_age_seconds',
    help: 'Seconds since the end of the newest step of history that the model has seen.',
    read: ({ snapshot, nowSeconds }) =>
      Math.max(0, nowSeconds - (snapshot?.historyUntilSeconds ?? Number.NaN)),
  },
  {
    name: 'forecast_error',
    help: "Mean error of the peak's quantile over the horizon, too low weighing more than too high, measured on this trigger's past, in the query's unit.",
    read: ({ snapshot }) => snapshot?.quality?.modelError,
  },
  {
    name: 'last_value_error',
    help: 'The same error for the guess that the last value stays.',
    read: ({ snapshot }) => snapshot?.quality?.lastValueError,
  },
  {
    name: 'coverage_ratio',
    help: "Share of past peaks that stayed at or below the trigger's quantile of the forecast, from 0 to 1.",
    read: ({ snapshot }) => snapshot?.quality?.coverage,
  },
  {
    name: 'quantile_ratio',
    help: 'The quantile in use, from 0 to 1: compare the coverage with it.',
    read: ({ snapshot, trigger }) => (snapshot?.trigger ?? trigger).quantile,
  },
  {
    name: 'target_overload_ratio',
    help: 'Share of the time in overload that the trigger accepts, from 0 to 1. Absent for triggers that state none.',
    read: ({ trigger }) => trigger.targetOverload,
  },
  {
    name: 'overload_ratio',
    label: 'span',
    help: 'Share of the last day and week in which the load was above what the ready pods carried, from 0 to 1.',
    read: ({ snapshot }) => bySpan(snapshot?.overload, (share) => share),
  },
  {
    name: 'overload_budget_used_ratio',
    label: 'span',
    help: 'That share divided by the accepted one, for the last day and week: at 1 the accepted overload is used up.',
    read: ({ snapshot }) =>
      bySpan(snapshot?.overload, (share) => share / (snapshot?.trigger.targetOverload ?? Number.NaN)),
  },
  {
    name: 'overload_measured',
    label: 'span',
    help: 'Whether that share is measured on ready pods, 1, or simulated with a model of pods, 0.',
    read: ({ snapshot }) => bySpan(snapshot?.overload, (_share, isMeasured) => Number(isMeasured)),
  },
  {
    name: 'policy_held',
    help: 'Whether the policy in use would have kept the accepted overload on the days that it was chosen on: 1 or 0. Absent until one is chosen.',
    read: ({ snapshot }) => {
      const chosen = snapshot?.overload?.choice?.chosen;
      return chosen && Number(chosen.held);
    },
  },
  {
    name: 'policy_headroom_ratio',
    help: 'Factor of the policy in use on the load that it looks at; below 1 pods run closer to their capacity.',
    read: ({ snapshot }) => snapshot?.overload?.choice?.chosen?.policy.headroom,
  },
];

/** A value for each span of which the overload is known. */
function bySpan(
  overload: OverloadKept | undefined,
  read: (share: number, isMeasured: boolean) => number,
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const span of ['day', 'week'] as const) {
    const share = overload?.seen[span] ?? overload?.simulated[span];
    if (share !== undefined) values[span] = read(share, overload?.seen[span] !== undefined);
  }
  return values;
}

const noLabels: Record<string, string> = Object.freeze({});

/** Registers gauges that are computed at each scrape, so that nothing is left of a dropped trigger. */
export function registerTriggerGauges(
  answers: Pick<Answers, 'all'>,
  now: () => number,
  registry: Registry,
): void {
  const labelsOf = rememberedLabels();
  for (const { name, help, label, read } of triggerFamilies) {
    const labelNames = ['namespace', 'scaledobject', 'metric', ...(label === undefined ? [] : [label])];
    new SharedLabelGauge({ name: PREFIX + name, help, labelNames, registers: [registry] }, () => {
      const nowSeconds = now();
      const samples: SharedLabelSample[] = [];
      for (const known of answers.all()) {
        const { trigger, answer: { snapshot, error } = {} } = known;
        const sharedLabels = labelsOf(known);
        const add = (value: number | undefined, labels: Readonly<Record<string, string>>): void => {
          if (value !== undefined && !Number.isNaN(value)) samples.push({ value, labels, sharedLabels });
        };
        const values = read({ trigger, snapshot, error, nowSeconds });
        if (typeof values !== 'object') add(values, noLabels);
        else for (const [held, value] of Object.entries(values)) add(value, { [label!]: held });
      }
      return samples;
    });
  }
}

/** The labels of each trigger as one object, since prom-client remembers their text by identity. */
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
