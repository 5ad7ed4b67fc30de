import { demoWorkloads, type Workload } from '../../../scaler/demo/workloads.js';
import { fit, type Series, update } from '../../../scaler/forecast/index.js';
import { AnswerRecord } from '../../../scaler/planner/answer-record.js';
import { outlookOf } from '../../../scaler/planner/outlook.js';
import { planAnswer } from '../../../scaler/planner/plan-answer.js';
import { StateChanges } from '../../../scaler/planner/state-changes.js';
import type { Answer, Answers, Evidence, KnownTrigger, Snapshot } from '../../../scaler/planner/types.js';
import { ScalerError } from '../../../scaler/shared/errors.js';
import type { Trigger } from '../../../scaler/trigger/trigger.js';
import { testTrigger } from '../test-trigger.js';

/** 2026-03-04T18:05:00Z, a Wednesday. */
export const SAMPLE_NOW_SECONDS = 1_772_647_500;

const STEP_SECONDS = 300;
const DAY_SECONDS = 86_400;

/** Models are fitted again this long before the moment of the samples. */
const REFITS_SECONDS_AGO = [DAY_SECONDS, DAY_SECONDS / 4];

/** A trigger with the answer and the evidence that a planner would hold for it. */
export interface Sample {
  readonly trigger: Trigger;
  readonly answer: Answer | undefined;
  readonly evidence: Evidence | undefined;
}

/** Answers that stand still: what a planner would hold at one moment. */
export class SampleAnswers implements Answers {
  constructor(public samples: readonly Sample[]) {}

  async answer(): Promise<Answer> {
    throw new Error('the page asks for nothing: it reads what is known');
  }
  subscribe(): () => void {
    throw new Error('the page follows nothing');
  }
  all(): readonly KnownTrigger[] {
    return this.samples.map((sample) => ({ name: sample.trigger.metricName, ...sample }));
  }
  evidence(trigger: Trigger): Evidence | undefined {
    const evidence = this.samples.find((sample) => sample.trigger === trigger)?.evidence;
    return evidence && { ...evidence, inUse: trigger };
  }
}

/**
 * The demo's workloads as their triggers stand at `SAMPLE_NOW_SECONDS`, each with two weeks of history and two days of
 * answers that were made with what was known at the time.
 */
export function workloadSamples(): readonly Sample[] {
  made ??= demoWorkloads(SAMPLE_NOW_SECONDS - 4 * 3600, 7).map(sampleOf);
  return made;
}
/** They take seconds to make: the test files of a process share them. */
let made: readonly Sample[] | undefined;

/** A workload's sample with another snapshot than it came to. */
export function withSnapshot(sample: Sample, change: Partial<Snapshot>): Sample {
  return { ...sample, answer: { snapshot: { ...snapshotOf(sample), ...change } } };
}

/** The snapshot of a sample that has one. */
export function snapshotOf({ answer }: Sample): Snapshot {
  if (!answer?.snapshot) throw new Error('this sample has no snapshot');
  return answer.snapshot;
}

/** Triggers that have no value to answer, each for another reason. */
export function oddSamples(): Sample[] {
  const unavailable = new ScalerError(
    'unavailable',
    'ScaledObject shop/orders: the history source has not answered for 42m; check that Prometheus runs and answers the query',
  );
  const rejected = new ScalerError(
    'rejected',
    'the query gives 2 series: {pod="a"}, {pod="b"}; use sum(...)',
  );
  const without = (trigger: Trigger, answer: Answer | undefined): Sample => ({
    trigger,
    answer,
    evidence: { inUse: trigger, history: emptySeries(), model: undefined, past: undefined, changes: [] },
  });
  return [
    without(named('orders', 'shop'), { error: unavailable }),
    without(named('invoices', 'shop'), { error: rejected }),
    without(named('just-asked', 'shop'), undefined),
    { trigger: named('gone', 'shop'), answer: undefined, evidence: undefined },
  ];
}

/** `count` triggers that share the evidence of a few. */
export function manySamples(count: number): Sample[] {
  const few = workloadSamples();
  return Array.from({ length: count }, (_, i) => {
    const { trigger, answer, evidence } = few[i % few.length]!;
    const renamed = {
      ...trigger,
      namespace: `team-${String(i % 12).padStart(2, '0')}`,
      scaledObject: `${trigger.scaledObject}-${String(i).padStart(4, '0')}`,
    };
    const snapshot = answer?.snapshot ? { ...answer.snapshot, trigger: renamed } : undefined;
    return { trigger: renamed, answer: snapshot ? { snapshot } : answer, evidence };
  });
}

function sampleOf(workload: Workload): Sample {
  const trigger = named(workload.app, 'demo', {
    query: `sum(rate(http_requests_total{app="${workload.app}"}[2m]))`,
    threshold: 40,
    activationThreshold: 5,
  });
  const fitAt = (atSeconds: number) =>
    fit(seriesOf(workload, atSeconds, trigger.historySeconds), {
      horizonSteps: trigger.horizonSeconds / STEP_SECONDS,
      seasonality: trigger.seasonality,
      timezone: trigger.timezone,
    });
  const startSeconds = SAMPLE_NOW_SECONDS - 2 * DAY_SECONDS;
  let model = fitAt(startSeconds);
  const record = new AnswerRecord(trigger);
  const changes = new StateChanges();
  let answer: Answer | undefined;
  for (let nowSeconds = startSeconds; nowSeconds <= SAMPLE_NOW_SECONDS; nowSeconds += STEP_SECONDS) {
    if (REFITS_SECONDS_AGO.includes(SAMPLE_NOW_SECONDS - nowSeconds)) model = fitAt(nowSeconds);
    else if (nowSeconds > startSeconds) {
      const [mean, peak] = meanAndPeak(workload, nowSeconds - STEP_SECONDS);
      update(model, mean, peak);
    }
    const isBorn = nowSeconds >= (workload.bornAtSeconds ?? -Infinity);
    answer = planAnswer({
      trigger,
      nowSeconds,
      observation: {
        atSeconds: nowSeconds,
        value: isBorn ? workload.requestsPerSecond(nowSeconds) : undefined,
      },
      observeFailure: undefined,
      historyFailure: undefined,
      outlook: outlookOf(model, { trigger }, nowSeconds),
      freshSeconds: 60,
      maxStalenessSeconds: 1800,
    });
    if (!answer) continue;
    record.note(nowSeconds, answer);
    changes.note(nowSeconds, answer);
  }
  const history = seriesOf(workload, SAMPLE_NOW_SECONDS, trigger.historySeconds);
  const evidence = { inUse: trigger, history, model, past: record.past(), changes: changes.list() };
  return { trigger, answer, evidence };
}

function named(app: string, namespace: string, overrides: Partial<Trigger> = {}): Trigger {
  return testTrigger({ scaledObject: app, namespace, metricName: `${app}-load`, ...overrides });
}

function seriesOf(workload: Workload, untilSeconds: number, seconds: number): Series {
  const startSeconds = untilSeconds - seconds;
  const values = new Float64Array(seconds / STEP_SECONDS);
  const peaks = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++)
    [values[i], peaks[i]] = meanAndPeak(workload, startSeconds + i * STEP_SECONDS);
  return { startSeconds, stepSeconds: STEP_SECONDS, values, peaks };
}

function meanAndPeak(workload: Workload, stepStartSeconds: number): [number, number] {
  if (stepStartSeconds < (workload.bornAtSeconds ?? -Infinity)) return [Number.NaN, Number.NaN];
  let sum = 0;
  let peak = 0;
  for (let offset = 0; offset < STEP_SECONDS; offset += 15) {
    const load = workload.requestsPerSecond(stepStartSeconds + offset);
    sum += load;
    peak = Math.max(peak, load);
  }
  return [sum / (STEP_SECONDS / 15), peak];
}

function emptySeries(): Series {
  return { startSeconds: 0, stepSeconds: STEP_SECONDS, values: new Float64Array(0) };
}
