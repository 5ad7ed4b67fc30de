import { element, refill, setText } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { DemoOutcome, DemoState, DemoWorkload } from '../demo-panel.js';
import { fetchJson } from './fetch-json.js';
import { count, epochSeconds, local, percent, span } from './format.js';
import { replicaChart, replicaData } from './replica-chart.js';
import { triggerLink } from './route.js';

/** The demo's panel: its clock with the buttons that steer it, and the comparison with a reactive HPA. */
export class DemoView {
  readonly element = element('section', { class: 'demo panel', hidden: true, 'aria-label': 'Demo' });
  readonly #clock = element('p', { class: 'clock' });
  readonly #pause = element('button', { type: 'button', class: 'primary' });
  readonly #speeds = element('div', { class: 'spans', role: 'group', 'aria-label': 'Speed of the demo' });
  readonly #verdict = element('p', { class: 'verdict' });
  readonly #totals = element('div', { class: 'duel' });
  readonly #workload = element('select', { id: 'workload' });
  readonly #description = element('p', { class: 'note' });
  readonly #chart = replicaChart(190);
  /** Whether the server has a demo; not known before the first answer. */
  #hasDemo: boolean | undefined;
  #state: DemoState | undefined;
  #chosen: string | undefined;

  constructor() {
    this.#pause.addEventListener('click', () => void this.#press(this.#state?.isPaused ? 'resume' : 'pause'));
    this.#workload.addEventListener('change', () => {
      this.#chosen = this.#workload.value;
      this.#showWorkload();
    });
    this.element.append(
      element(
        'div',
        { class: 'panel-head' },
        element('h2', {}, 'Demo'),
        this.#clock,
        element('div', { class: 'steer' }, this.#pause, this.#speeds),
      ),
      this.#verdict,
      this.#totals,
      element(
        'div',
        { class: 'choose' },
        element('label', { for: 'workload' }, 'Replicas of'),
        this.#workload,
      ),
      this.#description,
      this.#chart.element,
    );
  }

  get isShown(): boolean {
    return this.#hasDemo === true;
  }

  /** Reads the demo's state; undefined where there is no demo. */
  async read(): Promise<DemoState | undefined> {
    if (this.#hasDemo === false) return undefined;
    const state = await fetchJson<DemoState>('api/demo');
    this.#hasDemo = state !== undefined;
    // The panel takes its place at once, so that nothing moves when its chart is drawn.
    this.element.hidden = !this.#hasDemo;
    return state;
  }

  async #press(button: string, body?: unknown): Promise<void> {
    const state = await fetchJson<DemoState>(`api/demo/${button}`, {
      method: 'POST',
      ...(body === undefined
        ? {}
        : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (state) this.show(state);
  }

  /** Shows a state of the demo. */
  show(state: DemoState): void {
    this.#state = state;
    const elapsed = epochSeconds(state.time) - epochSeconds(state.startTime);
    setText(this.#clock, `${local.dateTime(epochSeconds(state.time))}, ${span(elapsed)} since the start`);
    setText(this.#pause, state.isPaused ? '▶ Resume' : '❚❚ Pause');
    refill(this.#speeds, [state.speedChoices, state.speed], () =>
      state.speedChoices.map((speed) => this.#speedButton(speed)),
    );
    const predictive = total(state.workloads, 'predictive');
    const reactive = total(state.workloads, 'reactive');
    setText(this.#verdict, verdict(predictive, reactive));
    refill(this.#totals, [predictive, reactive], () => [
      side('This scaler', 'predictive', predictive),
      side('Reactive HPA', 'reactive', reactive),
    ]);
    refill(this.#workload, state.workloads.map(keyOf), () =>
      state.workloads.map((workload) => element('option', { value: keyOf(workload) }, workload.scaledObject)),
    );
    this.#chosen ??= state.workloads[0] && keyOf(state.workloads[0]);
    if (this.#chosen) this.#workload.value = this.#chosen;
    this.#showWorkload();
  }

  #speedButton(speed: number): HTMLButtonElement {
    const button = element(
      'button',
      { type: 'button', 'aria-pressed': speed === this.#state?.speed ? 'true' : 'false' },
      `${count(speed)}×`,
    );
    button.addEventListener('click', () => void this.#press('speed', { speed }));
    return button;
  }

  #showWorkload(): void {
    const workload = this.#state?.workloads.find((candidate) => keyOf(candidate) === this.#chosen);
    if (!workload) return;
    const { timeline, predictive, reactive, description, capacityPerReplica } = workload;
    refill(this.#description, [description, predictive, reactive], () => [
      `${description[0]?.toUpperCase() ?? ''}${description.slice(1)}. Overloaded ${minutes(predictive.overloadedMinutes)} with this scaler, ${minutes(reactive.overloadedMinutes)} with the reactive HPA. `,
      element('a', { href: triggerLink(workload) }, 'Look into its trigger'),
    ]);
    this.#chart.show(
      replicaData({
        startSeconds: epochSeconds(timeline.startTime),
        stepSeconds: timeline.stepSeconds,
        predictive: timeline.predictiveReadyReplicas,
        reactive: timeline.reactiveReadyReplicas,
        needed: timeline.load.map((value) => (value === null ? null : Math.ceil(value / capacityPerReplica))),
      }),
      `Replicas of ${workload.scaledObject} that can serve: ${count(predictive.readyReplicas)} with this scaler, ${count(reactive.readyReplicas)} with a reactive HPA.`,
    );
  }
}

type Total = Pick<DemoOutcome, 'podHours' | 'overloadedMinutes' | 'replicas'>;

function total(workloads: readonly DemoWorkload[], kind: 'predictive' | 'reactive'): Total {
  const sum = { podHours: 0, overloadedMinutes: 0, replicas: 0 };
  for (const workload of workloads) {
    sum.podHours += workload[kind].podHours;
    sum.overloadedMinutes += workload[kind].overloadedMinutes;
    sum.replicas += workload[kind].replicas;
  }
  return sum;
}

function verdict(predictive: Total, reactive: Total): string {
  if (reactive.overloadedMinutes < 1 && predictive.overloadedMinutes < 1)
    return 'Neither has been overloaded so far.';
  const more = reactive.podHours > 0 ? predictive.podHours / reactive.podHours - 1 : 0;
  const cost = `${percent(Math.abs(more))} ${more >= 0 ? 'more' : 'fewer'} pod-hours`;
  return `Overloaded for ${minutes(predictive.overloadedMinutes)} with this scaler and ${minutes(reactive.overloadedMinutes)} with a reactive HPA, for ${cost}.`;
}

function side(title: string, kind: string, { podHours, overloadedMinutes, replicas }: Total): HTMLElement {
  const figure = (value: string, unit: string) =>
    element('div', {}, element('dd', { class: 'figure' }, value), element('dt', {}, unit));
  return element(
    'div',
    { class: `side ${kind}` },
    element('h3', {}, title),
    element(
      'dl',
      {},
      figure(count(Math.round(overloadedMinutes)), 'minutes overloaded'),
      figure(load(podHours), 'pod-hours'),
      figure(count(replicas), 'pods now'),
    ),
  );
}

function minutes(value: number): string {
  const whole = Math.round(value);
  return whole === 1 ? '1 minute' : `${count(whole)} minutes`;
}

function keyOf({ namespace, scaledObject, metricName }: DemoWorkload): string {
  return `${namespace}/${scaledObject}/${metricName}`;
}
