import {
  Gauge,
  type MetricObjectWithValues,
  type MetricType,
  type MetricValue,
  type Registry,
} from 'prom-client';
import type { Answer, Answers, KnownTrigger } from '../planner/types.js';
import type { Trigger } from '../trigger/trigger.js';

/** The labels that every trigger's series carry. */
const TRIGGER_LABELS = ['namespace', 'scaledobject', 'metric'] as const;

/** One family of gauges with a series, or a few, for each trigger. */
export interface TriggerFamily {
  readonly name: string;
  readonly help: string;
  /** A label beside those of the trigger. */
  readonly label?: string;
  /** Hands over the series of one trigger: a value, and the value of `label` where there is one. */
  readonly collect: (context: TriggerState, emit: (value: number, labelValue?: string) => void) => void;
}

/** What a family may look at. */
export interface TriggerState {
  readonly trigger: Trigger;
  /** undefined until the first answer. */
  readonly answer: Answer | undefined;
  readonly nowSeconds: number;
}

/** Where the families look: the planner's triggers, and the time. */
export interface TriggerStates {
  readonly answers: Pick<Answers, 'all'>;
  nowSeconds(): number;
}

interface SharedValue {
  readonly value: number;
  readonly labels: Record<string, string>;
  readonly sharedLabels: Record<string, string>;
}

/**
 * A gauge that is computed from the planner's triggers when somebody scrapes, instead of being set: series of dropped
 * triggers are gone by themselves, and nothing is kept between scrapes.
 *
 * With 10,000 triggers a scrape has near two hundred thousand lines. So the labels of a trigger are formatted once and
 * shared, as prom-client does for a histogram's buckets.
 */
export class TriggerGauge extends Gauge {
  readonly #family: TriggerFamily;
  readonly #states: TriggerStates;
  readonly #labels: LabelCache;

  constructor(family: TriggerFamily, states: TriggerStates, labels: LabelCache, registry: Registry) {
    super({
      name: family.name,
      help: family.help,
      labelNames: [...TRIGGER_LABELS, ...(family.label === undefined ? [] : [family.label])],
      registers: [registry],
    });
    this.#family = family;
    this.#states = states;
    this.#labels = labels;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const { values, ...metric } = await this.getForPromString();
    return {
      ...metric,
      aggregator: 'sum',
      collect: () => {},
      values: values.map(({ value, labels, sharedLabels }) => ({
        value,
        labels: { ...sharedLabels, ...labels },
      })),
    };
  }

  /** What the registry asks for when it writes text. */
  async getForPromString(): Promise<{ name: string; help: string; type: MetricType; values: SharedValue[] }> {
    const { name, help, label, collect } = this.#family;
    const nowSeconds = this.#states.nowSeconds();
    const values: SharedValue[] = [];
    for (const known of this.#states.answers.all()) {
      const { trigger, answer } = known;
      const sharedLabels = this.#labels.of(known);
      collect({ trigger, answer, nowSeconds }, (value, labelValue) => {
        if (Number.isNaN(value)) return;
        const labels = label === undefined ? noLabels : { [label]: labelValue ?? '' };
        values.push({ value, labels, sharedLabels });
      });
    }
    return { name, help, type: gaugeType, values };
  }
}

/** The typings of prom-client know the type as an enum that exists at compile time only. */
const gaugeType = 'gauge' as unknown as MetricType;

const noLabels: Record<string, string> = Object.freeze({});

/** The label set of each trigger, one object per trigger: prom-client keeps its text by identity. */
export class LabelCache {
  readonly #labels = new WeakMap<Trigger, Record<string, string>>();

  of({ name: metric, trigger }: KnownTrigger): Record<string, string> {
    let labels = this.#labels.get(trigger);
    if (labels?.metric !== metric) {
      const { namespace, scaledObject: scaledobject } = trigger;
      labels = Object.freeze({ namespace, scaledobject, metric });
      this.#labels.set(trigger, labels);
    }
    return labels;
  }
}
