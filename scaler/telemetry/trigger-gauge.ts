import type { Registry } from 'prom-client';
import type { Answer, Answers, KnownTrigger } from '../planner/types.js';
import { SharedLabelGauge, type SharedLabelSample } from '../shared/library-internals.js';
import type { Trigger } from '../trigger/trigger.js';

/** One family of gauges with a series, or a few, for each trigger. */
export interface TriggerFamily {
  readonly name: string;
  readonly help: string;
  /** A label beside those of the trigger. */
  readonly label?: string | undefined;
  /** Hands over the series of one trigger: a value, and the value of `label` where there is one. */
  readonly collect: (context: TriggerState, emit: Emit) => unknown;
}

/** Takes a sample; NaN for none. */
export type Emit = (value: number, labelValue?: string) => void;

/** What a family may look at. */
export interface TriggerState {
  readonly trigger: Trigger;
  /** undefined until the first answer. */
  readonly answer: Answer | undefined;
  readonly nowSeconds: number;
}

const noLabels: Record<string, string> = Object.freeze({});

/** Registers gauges that are computed when somebody scrapes, so that nothing is left of a dropped trigger. */
export function registerTriggerGauges(
  families: readonly TriggerFamily[],
  answers: Pick<Answers, 'all'>,
  now: () => number,
  registry: Registry,
): void {
  const labelsOf = rememberedLabels();
  for (const { name, help, label, collect } of families) {
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
