import { eventText } from '../../calendar/event-text.js';
import {
  type FittedModel,
  forecast,
  lookedAt,
  type PooledModel,
  type Series,
  type SmoothingParameters,
} from '../../forecast/index.js';
import { seriesEndSeconds } from '../../forecast/series.js';
import { currentStepSeconds, LOWER_QUANTILE, stepsBehind } from '../../planner/outlook.js';
import type { Answer, Evidence, KnownTrigger, PastAnswers, StateChange } from '../../planner/types.js';
import { formatDuration } from '../../shared/duration.js';
import { redact } from '../../shared/redact.js';
import { describeSource } from '../../trigger/source.js';
import type { Trigger } from '../../trigger/trigger.js';
import type {
  ForecastChart,
  HistoryChart,
  ModelPool,
  ModelView,
  PastChart,
  StateChangeView,
  TriggerDetail,
  TriggerSettings,
} from './contract.js';
import {
  calendarViews,
  type EffectsOf,
  effectsAhead,
  eventViews,
  type KnownCalendars,
} from './event-views.js';
import { apiError, explain } from './explain.js';
import { known, knownList, meanOfKnown, rfc3339, rounded } from './json-values.js';
import { type GrpcAccess, grpcurlCommand, manifestYaml } from './manifest.js';
import { overloadView } from './overload-view.js';
import { compareReplicas } from './replica-comparison.js';
import { seasonProfiles } from './season-profile.js';
import { sparkline } from './sparkline.js';
import { summarise } from './trigger-summary.js';

/** The same for all triggers. */
export interface DetailContext {
  readonly calendars: KnownCalendars;
  /** `host:port` at which KEDA reaches the scaler, for manifests to paste. */
  readonly scalerAddress: string;
  readonly localAccess: GrpcAccess;
}

/** What the detail of a trigger is made from. */
export interface DetailParts extends KnownTrigger, DetailContext {
  readonly evidence: Evidence | undefined;
  readonly nowSeconds: number;
  /** How much history to show. */
  readonly historySeconds: number;
}

const DAY_SECONDS = 86_400;

/** Most points of history in an answer: a week of five minutes. Longer spans are thinned out. */
const MOST_POINTS = 2016;

/** Most steps of forecast in an answer. */
const MOST_FORECAST_STEPS = 2016;

/** Everything that the page of a trigger shows. */
export function triggerDetail(parts: DetailParts): TriggerDetail {
  const { trigger, answer, evidence, nowSeconds, scalerAddress } = parts;
  const effectsOf = effectsAhead(parts.calendars, trigger);
  const spark = evidence ? sparkline(evidence, effectsOf) : null;
  const past = evidence?.past;
  const inUse = evidence?.inUse ?? trigger;
  return {
    time: rfc3339(nowSeconds),
    summary: summarise(parts, spark),
    settings: settingsOf(inUse),
    notices: [...trigger.notices.map(redact), ...bootstrapNotice(parts), ...podStartupNotice(parts)],
    explanation: explanationOf(answer),
    overload: answer?.snapshot ? overloadView(answer.snapshot) : null,
    history: evidence ? historyChart(evidence.history, parts.historySeconds) : null,
    forecast: evidence?.model ? forecastChart(evidence.model, inUse, parts, effectsOf) : null,
    past: past ? pastChart(past) : null,
    replicaComparison: past ? compareReplicas(past, trigger.threshold) : null,
    events: eventViews(parts.calendars, trigger, nowSeconds - parts.historySeconds, nowSeconds),
    calendars: calendarViews(parts.calendars, trigger),
    model: evidence?.model ? modelView(evidence.model, answer) : null,
    seasons: evidence?.model ? seasonProfiles(evidence.model) : [],
    changes: (evidence?.changes ?? []).map(changeView).reverse(),
    manifestYaml: manifestYaml(trigger, scalerAddress),
    grpcurlCommand: grpcurlCommand(trigger, parts.localAccess),
  };
}

function explanationOf(answer: Answer | undefined): TriggerDetail['explanation'] {
  if (!answer) return [];
  if (answer.error) return [{ step: 'error', error: apiError(answer.error) }];
  return explain(answer.snapshot);
}

function bootstrapNotice({ trigger, evidence }: DetailParts): string[] {
  const { bootstrap } = trigger;
  if (bootstrap === undefined || evidence === undefined) return [];
  const until = evidence.bootstrapUntilSeconds;
  return [
    until === undefined
      ? `none of the history is from the bootstrap file "${bootstrap}": Prometheus has all of the window, or the file has nothing inside it`
      : `the history until ${rfc3339(until)} is from the bootstrap file "${bootstrap}", what follows from Prometheus`,
  ];
}

function podStartupNotice({ answer }: DetailParts): string[] {
  if (answer?.snapshot?.podStartupProblem === undefined) return [];
  const { podStartupProblem, trigger } = answer.snapshot;
  const assumed = formatDuration(trigger.podStartupSeconds);
  return [`key "podStartup" is ${assumed} until it can be measured: ${redact(podStartupProblem)}`];
}

function settingsOf(trigger: Trigger): TriggerSettings {
  return {
    query: redact(trigger.query),
    source: redact(describeSource(trigger.source)),
    threshold: trigger.threshold,
    activationThreshold: trigger.activationThreshold,
    targetOverload: known(trigger.targetOverload),
    capacity: trigger.capacity,
    podStartupSeconds: trigger.podStartupSeconds,
    measuresPodStartup: trigger.measuresPodStartup,
    horizonSeconds: trigger.horizonSeconds,
    horizonFollows: trigger.horizonFollows,
    historySeconds: trigger.historySeconds,
    stepSeconds: trigger.stepSeconds,
    quantile: trigger.quantile,
    mode: trigger.mode,
    seasonalitySeconds: trigger.seasonality,
    timezone: trigger.timezone,
    minValue: known(trigger.minValue),
    maxValue: known(trigger.maxValue),
    ignoreNullValues: trigger.ignoreNullValues,
    bootstrap: trigger.bootstrap ?? null,
    calendars: trigger.calendars,
    events: trigger.events.map(eventText),
  };
}

function historyChart(history: Series, historySeconds: number): HistoryChart | null {
  const { startSeconds, stepSeconds, values, peaks } = history;
  const wanted = Math.min(values.length, Math.ceil(historySeconds / stepSeconds));
  if (wanted === 0) return null;
  const per = Math.ceil(wanted / MOST_POINTS);
  // On a fixed grid, so that points do not change as time goes on.
  const gridSeconds = per * stepSeconds;
  const endSeconds = seriesEndSeconds(history);
  const from = Math.ceil((endSeconds - wanted * stepSeconds) / gridSeconds) * gridSeconds;
  const first = Math.max(0, Math.round((from - startSeconds) / stepSeconds));
  const points = Math.max(1, Math.ceil((values.length - first) / per));
  const thinned = (series: Float64Array, gather: (values: Float64Array) => number) =>
    Array.from({ length: points }, (_, i) =>
      known(gather(series.subarray(first + i * per, first + (i + 1) * per))),
    );
  return {
    startTime: rfc3339(startSeconds + first * stepSeconds),
    stepSeconds: gridSeconds,
    mean: thinned(values, meanOfKnown),
    highest: peaks ? thinned(peaks, highestOf) : null,
  };
}

function forecastChart(
  model: FittedModel,
  trigger: Trigger,
  { nowSeconds }: DetailParts,
  effectsOf: EffectsOf,
): ForecastChart {
  const { stepSeconds } = model;
  const reachSeconds = Math.max(trigger.horizonSeconds, DAY_SECONDS);
  const steps = Math.min(MOST_FORECAST_STEPS, Math.ceil(reachSeconds / stepSeconds));
  const quantiles = [LOWER_QUANTILE, trigger.quantile];
  const effects = effectsOf(currentStepSeconds(model, nowSeconds), steps);
  const coming = forecast(model, steps, quantiles, stepsBehind(model, nowSeconds), effects);
  const horizonSteps = Math.max(1, Math.round(trigger.horizonSeconds / stepSeconds));
  return {
    startTime: rfc3339(coming.startSeconds),
    stepSeconds,
    horizonEndTime: rfc3339(coming.startSeconds + horizonSteps * stepSeconds),
    mean: Array.from(coming.mean, rounded),
    lowerQuantile: LOWER_QUANTILE,
    lower: Array.from(coming.quantiles[0]!, rounded),
    upperQuantile: trigger.quantile,
    upper: Array.from(coming.quantiles[1]!, rounded),
  };
}

function pastChart(past: PastAnswers): PastChart {
  const { observedMean, forecastUpper } = past;
  const excesses = observedMean
    .map((mean, i) => mean - forecastUpper[i]!)
    .filter((excess) => !Number.isNaN(excess));
  return {
    startTime: rfc3339(past.startSeconds),
    stepSeconds: past.slotSeconds,
    observedMean: knownList(observedMean),
    observedHighest: knownList(past.observedHighest),
    answered: knownList(past.answered),
    forecastMean: knownList(past.forecastMean),
    forecastUpper: knownList(forecastUpper),
    comparedSteps: excesses.length,
    withinUpperSteps: excesses.filter((excess) => excess <= 0).length,
  };
}

function modelView(model: FittedModel, answer: Answer | undefined): ModelView {
  return {
    stage: model.stage,
    isGuarded: answer?.snapshot?.guarded ?? model.trust < 0.5,
    stepSeconds: model.stepSeconds,
    horizonSteps: model.horizonSteps,
    timezone: model.timezone,
    historyUntilTime: rfc3339(model.endSeconds),
    mean: poolView(model.mean),
    highest: model.peak === model.mean ? null : poolView(model.peak),
  };
}

function poolView({ measuredAt, companions, members, weights }: PooledModel): ModelPool {
  const looksAt = companions?.regression && lookedAt(companions.regression);
  return {
    measuredAtSteps: [...measuredAt],
    regression: looksAt
      ? { looksAt: looksAt.map(({ what, weight }) => ({ what, weight: rounded(weight) })) }
      : null,
    members: members.map(({ name, form, parameters, level, trend, seasons }, index) => ({
      name,
      form,
      weights: weights.map((row) => rounded(row[index]!)),
      parameters: Object.fromEntries(
        Object.entries<number>({ ...parameters }).map(([key, value]) => [key, rounded(value)]),
      ) as unknown as SmoothingParameters,
      level: rounded(level),
      trend: rounded(trend),
      seasonSeconds: seasons.map(({ periodSeconds }) => periodSeconds),
    })),
  };
}

function changeView({ atSeconds, state }: StateChange): StateChangeView {
  const time = rfc3339(atSeconds);
  if ('error' in state) {
    const error = { kind: state.error, message: redact(state.message) };
    return { time, status: 'error', reason: null, stage: null, isActive: null, error };
  }
  const { status, reason, stage, active } = state;
  return { time, status, reason, stage, isActive: active, error: null };
}

function highestOf(values: Float64Array): number {
  let highest = Number.NaN;
  for (const value of values) if (!(highest >= value) && !Number.isNaN(value)) highest = value;
  return highest;
}
