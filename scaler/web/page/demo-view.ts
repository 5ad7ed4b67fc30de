import { replicasFor } from '../../hpa/desired-replicas.js';
import { button, h, renew } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { DemoOutcome, DemoState, DemoWorkload } from '../demo-panel.js';
import { fetchJson } from './fetch-json.js';
import { count, counted, epochSeconds, local, percent, span } from './format.js';
import { replicaChart, replicaData } from './replica-chart.js';
import { keyOf, triggerLink } from './route.js';

/** The panel of the demo: its clock with buttons, and the comparison with a reactive HPA. */
export class DemoView {
  readonly element = h('section.demo.panel', { hidden: true, 'aria-label': 'Demo' });
  readonly #clock = h('p.clock');
  readonly #pause = button(() => void this.#press(this.#state?.isPaused ? 'resume' : 'pause'), {
    class: 'primary',
  });
  readonly #speeds = h('div.spans', { role: 'group', 'aria-label': 'Speed of the demo' });
  readonly #verdict = h('p.verdict');
  readonly #totals = h('div.duel');
  readonly #workload = h('select', { id: 'workload' });
  readonly #description = h('p.note');
  readonly #chart = replicaChart(20);
  /** Whether the server has a demo; not known before the first answer. */
  #hasDemo: boolean | undefined;
  #state: DemoState | undefined;
  #chosen: string | undefined;

  constructor() {
    this.#workload.addEventListener('change', () => {
      this.#chosen = this.#workload.value;
      this.#showWorkload();
    });
    this.element.append(
      h('div.panel-head', h('h2', 'Demo'), this.#clock, h('div.steer', this.#pause, this.#speeds)),
      this.#verdict,
      this.#totals,
      h('div.choose', h('label', { for: 'workload' }, 'Replicas of'), this.#workload),
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
    // At once, so that nothing moves when the chart is drawn.
    this.element.hidden = !this.#hasDemo;
    return state;
  }

  async #press(button: string, body?: unknown): Promise<void> {
    const headers = { 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const state = await fetchJson<DemoState>(`api/demo/${button}`, init);
    if (state) this.show(state);
  }

  show(state: DemoState): void {
    this.#state = state;
    const elapsed = epochSeconds(state.time) - epochSeconds(state.startTime);
    renew(this.#clock, `${local.dateTime(epochSeconds(state.time))}, ${span(elapsed)} since the start`);
    renew(this.#pause, state.isPaused ? '▶ Resume' : '❚❚ Pause');
    const speeds = state.speedChoices.map((speed) => {
      const isChosen = speed === state.speed;
      return button(
        () => void this.#press('speed', { speed }),
        { 'aria-pressed': String(isChosen) },
        `${count(speed)}×`,
      );
    });
    renew(this.#speeds, ...speeds);
    const predictive = total(state.workloads, 'predictive');
    const reactive = total(state.workloads, 'reactive');
    renew(this.#verdict, verdict(predictive, reactive));
    renew(
      this.#totals,
      side('This scaler', 'predictive', predictive),
      side('Reactive HPA', 'reactive', reactive),
    );
    const options = state.workloads.map((workload) =>
      h('option', { value: keyOf(workload) }, workload.scaledObject),
    );
    renew(this.#workload, ...options);
    this.#chosen ??= state.workloads[0] && keyOf(state.workloads[0]);
    if (this.#chosen) this.#workload.value = this.#chosen;
    this.#showWorkload();
  }

  #showWorkload(): void {
    const workload = this.#state?.workloads.find((candidate) => keyOf(candidate) === this.#chosen);
    if (!workload) return;
    const { timeline, predictive, reactive, description, capacityPerReplica } = workload;
    renew(
      this.#description,
      `${description[0]?.toUpperCase() ?? ''}${description.slice(1)}. Overloaded ${counted(Math.round(predictive.overloadedMinutes), 'minute')} with this scaler, ${counted(Math.round(reactive.overloadedMinutes), 'minute')} with the reactive HPA. `,
      h('a', { href: triggerLink(workload) }, 'Look into its trigger'),
    );
    this.#chart.show(
      replicaData({
        ...timeline,
        predictive: timeline.predictiveReadyReplicas,
        reactive: timeline.reactiveReadyReplicas,
        needed: timeline.load.map((value) =>
          value === null ? null : replicasFor(value, capacityPerReplica),
        ),
      }),
      `Replicas of ${workload.scaledObject} that can serve: ${count(predictive.readyReplicas)} with this scaler, ${count(reactive.readyReplicas)} with a reactive HPA.`,
    );
  }
}

type Total = Pick<DemoOutcome, 'podHours' | 'overloadedMinutes' | 'replicas'>;

function total(workloads: readonly DemoWorkload[], kind: 'predictive' | 'reactive'): Total {
  const of = (measure: keyof Total) => workloads.reduce((sum, each) => sum + each[kind][measure], 0);
  return { podHours: of('podHours'), overloadedMinutes: of('overloadedMinutes'), replicas: of('replicas') };
}

function verdict(predictive: Total, reactive: Total): string {
  if (reactive.overloadedMinutes < 1 && predictive.overloadedMinutes < 1)
    return 'Neither has been overloaded so far.';
  const more = reactive.podHours > 0 ? predictive.podHours / reactive.podHours - 1 : 0;
  const cost = `${percent(Math.abs(more))} ${more >= 0 ? 'more' : 'fewer'} pod-hours`;
  return `Overloaded for ${counted(Math.round(predictive.overloadedMinutes), 'minute')} with this scaler and ${counted(Math.round(reactive.overloadedMinutes), 'minute')} with a reactive HPA, for ${cost}.`;
}

function side(title: string, kind: string, { podHours, overloadedMinutes, replicas }: Total): HTMLElement {
  const figures = [
    [count(Math.round(overloadedMinutes)), 'minutes overloaded'],
    [load(podHours), 'pod-hours'],
    [count(replicas), 'pods now'],
  ] as const;
  const list = figures.map(([value, unit]) => h('div', h('dd.figure', value), h('dt', unit)));
  return h('div', { class: `side ${kind}` }, h('h3', title), h('dl', ...list));
}
