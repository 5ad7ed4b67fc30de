import { CopyBlock } from '../../page-kit/copy-block.js';
import { type Child, element, refill, setText } from '../../page-kit/dom.js';
import type { TimeRange } from '../../page-kit/fitted-chart.js';
import { load } from '../../page-kit/numbers.js';
import type {
  ForecastChart,
  PastChart,
  StateChangeView,
  TriggerDetail,
  TriggerSettings,
  TriggerSummary,
} from '../api/contract.js';
import { explanationItems } from './explanation.js';
import { FetchError, fetchJson } from './fetch-json.js';
import { forecastTable } from './forecast-table.js';
import { epochSeconds, localTime, percent, quantile, replicas, span, timeElement, utc } from './format.js';
import { LoadChart } from './load-chart.js';
import { modelNodes } from './model-table.js';
import { replicaChart, replicaData } from './replica-chart.js';
import { path } from './route.js';
import { SeasonChart } from './season-chart.js';
import { accuracyWords, STAGE_WORDS, STATUSES, seasonWords, stateWords } from './words.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Spans to choose from, before and after now. */
const SPANS = [
  { label: '6 h', before: 4 * HOUR_SECONDS, after: 2 * HOUR_SECONDS },
  { label: '2 d', before: 1.5 * DAY_SECONDS, after: 0.5 * DAY_SECONDS },
  { label: '7 d', before: 6 * DAY_SECONDS, after: DAY_SECONDS },
] as const;

/** What identifies a trigger. */
export interface TriggerName {
  readonly namespace: string;
  readonly name: string;
  readonly metric: string;
}

/** One trigger's page: what is coming, why the answer is what it is, and whether it can be trusted. */
export class TriggerView {
  readonly element: HTMLElement;
  readonly #state = element('p', { class: 'headline' });
  readonly #notices = element('div', {});
  readonly #coming = card('What is coming?');
  readonly #why = card('Why this number?');
  readonly #trust = card('Can I trust it?');
  readonly #loadChart: LoadChart;
  readonly #replicaChart = replicaChart();
  readonly #replicaSentence = element('p', { class: 'note' });
  readonly #replicas: HTMLElement;
  readonly #numbers = element('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Forecast in numbers',
  });
  readonly #charts: HTMLElement;
  readonly #noHistory = element(
    'p',
    { class: 'lonely' },
    'There is no history to draw yet. It appears here as soon as Prometheus answers.',
  );
  readonly #seasons = element('div', { class: 'seasons' });
  readonly #seasonCharts = new Map<number, SeasonChart>();
  readonly #seasonSection: HTMLElement;
  readonly #model = element('div', {});
  readonly #modelSection: HTMLElement;
  readonly #changes = element('ol', { class: 'changes' });
  readonly #settings = element('dl', { class: 'settings' });
  readonly #manifest = new CopyBlock('Trigger for a ScaledObject');
  readonly #grpcurl = new CopyBlock(
    'Ask the scaler what KEDA asks (in a cluster, forward its gRPC port first)',
  );
  readonly #spans = element('div', { class: 'spans', role: 'group', 'aria-label': 'Span of the chart' });
  readonly #zoomBack: HTMLButtonElement;

  /** A span around now, which moves on with time; undefined while the viewer looks at a span of their own. */
  #span: (typeof SPANS)[number] | undefined = SPANS[1];
  #range: TimeRange = { fromSeconds: 0, toSeconds: 1 };
  #nowSeconds = 0;

  constructor(readonly name: TriggerName) {
    this.#loadChart = new LoadChart((range) => this.#zoom(range));
    this.#zoomBack = element('button', { type: 'button', hidden: true }, 'Back to now');
    this.#replicas = section('Replicas', this.#replicaSentence, this.#replicaChart.element);
    this.#seasonSection = section('Rhythms that the model has learnt', this.#seasons);
    this.#modelSection = section('Model', this.#model);
    this.#charts = element(
      'section',
      { class: 'panel' },
      element('div', { class: 'panel-head' }, element('h2', {}, 'Load'), this.#spans),
      this.#loadChart.element,
      element('details', {}, element('summary', {}, 'Forecast in numbers'), this.#numbers),
    );
    this.#buildSpans();
    this.element = this.#build();
  }

  /** Reads the trigger and shows it; what was shown before stays until then. */
  async refresh(present: () => void): Promise<void> {
    const { namespace, name, metric } = this.name;
    try {
      const detail = await fetchJson<TriggerDetail>(`api/triggers/${path(namespace, name, metric)}`);
      this.#show(detail!, present);
    } catch (error) {
      if (!(error instanceof FetchError) || error.status !== 404) throw error;
      this.close();
      this.element.replaceChildren(...this.#notFound());
      present();
    }
  }

  close(): void {
    this.#loadChart.close();
    this.#replicaChart.close();
    for (const chart of this.#seasonCharts.values()) chart.close();
  }

  #build(): HTMLElement {
    const { namespace, name, metric } = this.name;
    return element(
      'div',
      { class: 'trigger' },
      element('p', { class: 'crumbs' }, element('a', { href: '#/' }, '← All triggers')),
      element('h1', {}, element('span', { class: 'namespace' }, `${namespace}/`), name),
      element('p', { class: 'metric' }, metric),
      this.#state,
      this.#notices,
      element('div', { class: 'cards' }, this.#coming.element, this.#why.element, this.#trust.element),
      this.#noHistory,
      this.#charts,
      this.#replicas,
      this.#seasonSection,
      element(
        'div',
        { class: 'columns' },
        section('Recent changes', this.#changes),
        section('Settings', this.#settings),
      ),
      this.#modelSection,
      section('To paste', this.#manifest.element, this.#grpcurl.element),
    );
  }

  #buildSpans(): void {
    for (const choice of SPANS) {
      const button = element('button', { type: 'button', 'aria-pressed': 'false' }, choice.label);
      button.addEventListener('click', () => {
        this.#span = choice;
        this.#applyRange();
      });
      this.#spans.append(button);
    }
    const move = (label: string, title: string, change: (range: TimeRange) => TimeRange) => {
      const button = element('button', { type: 'button', title, 'aria-label': title, class: 'icon' }, label);
      button.addEventListener('click', () => this.#zoom(change(this.#range)));
      this.#spans.append(button);
    };
    move('‹', 'Earlier', (range) => shifted(range, -0.5));
    move('›', 'Later', (range) => shifted(range, 0.5));
    move('+', 'Zoom in', (range) => scaled(range, 0.5));
    move('−', 'Zoom out', (range) => scaled(range, 2));
    this.#zoomBack.addEventListener('click', () => {
      this.#span = SPANS[1];
      this.#applyRange();
    });
    this.#spans.append(this.#zoomBack);
  }

  #zoom(range: TimeRange): void {
    this.#span = undefined;
    this.#range = range;
    this.#applyRange();
  }

  #applyRange(): void {
    if (this.#span)
      this.#range = {
        fromSeconds: this.#nowSeconds - this.#span.before,
        toSeconds: this.#nowSeconds + this.#span.after,
      };
    this.#loadChart.setRange(this.#range);
    this.#replicaChart.setRange(this.#range);
    this.#zoomBack.hidden = this.#span !== undefined;
    for (const button of this.#spans.querySelectorAll('[aria-pressed]'))
      button.setAttribute('aria-pressed', String(button.textContent === this.#span?.label));
  }

  async #show(detail: TriggerDetail, present: () => void): Promise<void> {
    const { summary, settings } = detail;
    const now = epochSeconds(detail.time);
    this.#nowSeconds = now;
    refill(this.#state, [summary, detail.time], () => headline(summary, now));
    refill(this.#notices, detail.notices, () => noticeNodes(detail.notices));
    refill(this.#coming.body, [summary, detail.forecast, detail.time], () => comingNodes(detail, now));
    refill(this.#why.body, [detail.explanation, detail.time], () => [
      element('ol', { class: 'steps' }, ...explanationItems(detail.explanation, now)),
    ]);
    refill(this.#trust.body, [summary, detail.past, detail.time], () =>
      trustNodes(summary, detail.past, now),
    );

    const hasCharts = detail.history !== null || detail.past !== null;
    this.#noHistory.hidden = hasCharts;
    this.#charts.hidden = !hasCharts;
    this.#replicas.hidden = detail.replicaComparison === null;
    if (detail.forecast)
      refill(this.#numbers, detail.forecast, () => [forecastTable(detail.forecast!, settings.threshold)]);
    this.#numbers.parentElement!.hidden = detail.forecast === null;
    this.#modelSection.hidden = detail.model === null;
    refill(this.#model, [detail.model, detail.time], () =>
      detail.model ? modelNodes(detail.model, now) : [],
    );
    refill(this.#changes, [detail.changes, detail.time], () => changeItems(detail.changes, now));
    refill(this.#settings, settings, () => settingNodes(settings));
    this.#manifest.show(detail.manifestYaml);
    this.#grpcurl.show(detail.grpcurlCommand);
    this.#seasonSection.hidden = detail.seasons.length === 0;
    present();

    this.#applyRange();
    if (hasCharts) this.#loadChart.show(detail);
    this.#showReplicas(detail);
    this.#showSeasons(detail);
  }

  #showReplicas({ replicaComparison: comparison }: TriggerDetail): void {
    if (!comparison) return;
    const { predictive, reactive, predictiveReplicaHours, reactiveReplicaHours, stepSeconds } = comparison;
    const covered = span(predictive.length * stepSeconds);
    const sentence = `What Kubernetes’ autoscaler makes of the answers, beside what it would make of the load alone, over the last ${covered}: ${load(predictiveReplicaHours)} replica-hours with this scaler, ${load(reactiveReplicaHours)} without. Both by the HPA’s default behaviour and without bounds, since those of the ScaledObject are not known here.`;
    setText(this.#replicaSentence, sentence);
    const startSeconds = epochSeconds(comparison.startTime);
    this.#replicaChart.show(replicaData({ startSeconds, stepSeconds, predictive, reactive }), sentence);
  }

  #showSeasons({ seasons }: TriggerDetail): void {
    for (const season of seasons) {
      let chart = this.#seasonCharts.get(season.periodSeconds);
      if (!chart) {
        chart = new SeasonChart(season.periodSeconds);
        this.#seasonCharts.set(season.periodSeconds, chart);
        this.#seasons.append(chart.element);
      }
      chart.show(season);
    }
  }

  #notFound(): Node[] {
    const { namespace, name, metric } = this.name;
    return [
      element('p', { class: 'crumbs' }, element('a', { href: '#/' }, '← All triggers')),
      element('h1', {}, `${namespace}/${name}`),
      element(
        'div',
        { class: 'lonely' },
        element(
          'p',
          { class: 'strong' },
          `KEDA does not ask about the trigger “${metric}” of this ScaledObject.`,
        ),
        element(
          'p',
          {},
          'It may have been deleted or renamed, or KEDA has been silent for longer than the scaler remembers. Look whether it is there:',
        ),
        element('pre', {}, element('code', {}, `kubectl get scaledobject -n ${namespace} ${name}`)),
      ),
    ];
  }
}

function card(title: string): { readonly element: HTMLElement; readonly body: HTMLElement } {
  const body = element('div', {});
  return { element: element('section', { class: 'card' }, element('h2', {}, title), body), body };
}

function section(title: string, ...children: Child[]): HTMLElement {
  return element('section', { class: 'panel' }, element('h2', {}, title), ...children);
}

function headline(summary: TriggerSummary, now: number): Child[] {
  const { label, detail } = stateWords(summary);
  return [
    element('span', { class: `state ${summary.status}` }, label),
    detail ? element('span', {}, ` ${detail}.`) : null,
    summary.observedTime
      ? element(
          'span',
          { class: 'age' },
          ` Data from ${span(Math.max(0, now - epochSeconds(summary.observedTime)))} ago.`,
        )
      : null,
  ];
}

function noticeNodes(notices: readonly string[]): Child[] {
  if (notices.length === 0) return [];
  return [
    element(
      'div',
      { class: 'notice' },
      element('p', { class: 'strong' }, 'About this trigger’s metadata'),
      element('ul', {}, ...notices.map((text) => element('li', {}, text))),
    ),
  ];
}

function comingNodes({ summary, forecast }: TriggerDetail, now: number): Child[] {
  const { peak, observed, replicas: wanted, horizonSeconds, error } = summary;
  if (error) return [element('p', {}, 'Not known while there is no answer.')];
  if (!peak)
    return [
      element('p', { class: 'figure' }, load(observed)),
      element('p', {}, 'is the load now. There is no forecast yet.'),
    ];
  const wait = epochSeconds(peak.time) - now;
  return [
    element('p', { class: 'figure' }, load(peak.value)),
    element(
      'p',
      {},
      `is the highest load to expect within ${span(horizonSeconds)}, `,
      wait > 60 ? `most likely in ${span(wait)}, at ` : 'most likely now, at ',
      timeElement(peak.time, now),
      `. It asks for ${replicas(wanted.forPeak ?? 0)}; the load of now, ${load(observed)}, needs ${wanted.forObserved ?? 0}.`,
    ),
    ...(forecast ? beyondHorizon(forecast, now) : []),
  ];
}

/** The highest mean of the day, where it lies beyond the horizon. */
function beyondHorizon(forecast: ForecastChart, now: number): Child[] {
  const { mean, startTime, stepSeconds, horizonEndTime } = forecast;
  const highest = mean.indexOf(Math.max(...mean));
  const at = epochSeconds(startTime) + highest * stepSeconds;
  if (at < epochSeconds(horizonEndTime)) return [];
  return [
    element(
      'p',
      { class: 'note' },
      `Beyond that, about ${load(mean[highest]!)} is expected at `,
      element('time', { datetime: utc(at), title: utc(at) }, localTime(at, now)),
      ', the highest of the coming day.',
    ),
  ];
}

function trustNodes(summary: TriggerSummary, past: PastChart | null, now: number): Child[] {
  const { accuracy } = summary;
  const nodes: Child[] = [];
  if (accuracy)
    nodes.push(
      element('p', { class: 'figure' }, accuracyWords(accuracy)),
      element(
        'p',
        {},
        `${percent(accuracy.coverageShare)} of the peaks stayed at or below the forecast; ${quantile(accuracy.quantile)} should. Measured on ${accuracy.samples.toLocaleString('en-GB')} past forecasts.`,
      ),
      element(
        'p',
        { class: 'note' },
        `Error at this quantile: ${load(accuracy.modelError)}; with “the load stays as it is”: ${load(accuracy.lastValueError)}. It is the mean distance between forecast and peak, where a peak above the forecast counts ${weight(2 * accuracy.quantile)} times and one below it ${weight(2 * (1 - accuracy.quantile))} times.`,
      ),
    );
  else
    nodes.push(element('p', {}, 'Not measured yet: there are no past forecasts to compare with what came.'));
  if (past && past.comparedSteps > 0)
    nodes.push(
      element(
        'p',
        {},
        `Live, since this process began: in ${percent(past.withinUpperSteps / past.comparedSteps)} of ${past.comparedSteps.toLocaleString('en-GB')} steps the load stayed within what had been forecast one horizon earlier.`,
      ),
    );
  else if (accuracy)
    nodes.push(
      element(
        'p',
        { class: 'note' },
        `What was forecast is held against what comes from ${span(summary.horizonSeconds)} after the scaler’s start on.`,
      ),
    );
  if (summary.observedTime)
    nodes.push(
      element('p', { class: 'note' }, 'Newest data from ', timeElement(summary.observedTime, now), '.'),
    );
  return nodes;
}

/** How often an error counts, in few digits. */
function weight(times: number): string {
  return String(Number(times.toFixed(3)));
}

function changeItems(changes: readonly StateChangeView[], now: number): HTMLLIElement[] {
  if (changes.length === 0)
    return [element('li', { class: 'none' }, 'Nothing has changed since the scaler learnt of this trigger.')];
  return changes.map(({ time, status, stage, isActive, error }) =>
    element(
      'li',
      {},
      timeElement(time, now),
      error
        ? element(
            'span',
            {},
            element('strong', {}, STATUSES.error.label),
            ': ',
            element('q', {}, error.message),
          )
        : element(
            'span',
            {},
            element('strong', {}, STATUSES[status].label),
            stage && stage !== 'observed' ? ` with ${STAGE_WORDS[stage]}` : '',
            isActive ? '' : ', not active',
          ),
    ),
  );
}

function settingNodes(settings: TriggerSettings): HTMLElement[] {
  const { seasonalitySeconds: seasons, minValue, maxValue } = settings;
  const rows: [string, Child][] = [
    ['query', element('code', {}, settings.query)],
    ['source', settings.source],
    ['threshold', `${load(settings.threshold)} per replica`],
    ['activationThreshold', `active above ${load(settings.activationThreshold)}`],
    ['predictHorizon', span(settings.horizonSeconds)],
    ['historyTimeWindow', span(settings.historySeconds)],
    ['queryStep', span(settings.stepSeconds)],
    ['quantile', quantile(settings.quantile)],
    ['mode', settings.mode === 'observe' ? 'observe (dry run)' : 'predict'],
    ['seasonality', seasons === 'auto' ? 'found in the data' : seasons.map(seasonWords).join(', ') || 'none'],
    ['timezone', settings.timezone],
    ['minValue', minValue === null ? 'none' : load(minValue)],
    ['maxValue', maxValue === null ? 'none' : load(maxValue)],
    [
      'ignoreNullValues',
      settings.ignoreNullValues ? 'an empty result is no load' : 'an empty result is an error',
    ],
    ['bootstrap', settings.bootstrap ?? 'none'],
  ];
  return rows.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)]);
}

function shifted({ fromSeconds, toSeconds }: TimeRange, share: number): TimeRange {
  const by = (toSeconds - fromSeconds) * share;
  return { fromSeconds: fromSeconds + by, toSeconds: toSeconds + by };
}

function scaled({ fromSeconds, toSeconds }: TimeRange, factor: number): TimeRange {
  const middle = (fromSeconds + toSeconds) / 2;
  const half = Math.max(900, ((toSeconds - fromSeconds) / 2) * factor);
  return { fromSeconds: middle - half, toSeconds: middle + half };
}
