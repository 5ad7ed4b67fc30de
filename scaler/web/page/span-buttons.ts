import { button, h } from '../../page-kit/dom.js';
import type { TimeRange } from '../../page-kit/line-chart.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Spans to choose from, before and after now. */
const SPANS = [
  { label: '6 h', before: 4 * HOUR_SECONDS, after: 2 * HOUR_SECONDS },
  { label: '2 d', before: 1.5 * DAY_SECONDS, after: 0.5 * DAY_SECONDS },
  { label: '7 d', before: 6 * DAY_SECONDS, after: DAY_SECONDS },
] as const;
const USUAL_SPAN = SPANS[1];

/** What each button makes of a span: how far it moves, in widths, and how wide it becomes. */
const MOVES = [
  { label: '‹', title: 'Earlier', by: -0.5, factor: 1 },
  { label: '›', title: 'Later', by: 0.5, factor: 1 },
  { label: '+', title: 'Zoom in', by: 0, factor: 0.5 },
  { label: '−', title: 'Zoom out', by: 0, factor: 2 },
] as const;

/** Buttons that choose which span of time charts show. */
export class SpanButtons {
  readonly element = h('div.spans', { role: 'group', 'aria-label': 'Span of the chart' });
  readonly #back = button(() => this.#follow(USUAL_SPAN), 'Back to now');
  /** A span around now, which moves on with time; undefined while the viewer looks at a span of their own. */
  #span: (typeof SPANS)[number] | undefined = USUAL_SPAN;
  #range: TimeRange = { fromSeconds: 0, toSeconds: 1 };
  #nowSeconds = 0;

  constructor(readonly onChange: (range: TimeRange) => void) {
    const spans = SPANS.map((span) =>
      button(() => this.#follow(span), { 'aria-pressed': 'false' }, span.label),
    );
    const moves = MOVES.map(({ label, title, by, factor }) =>
      button(() => this.#move(by, factor), { title, 'aria-label': title, class: 'icon' }, label),
    );
    this.element.append(...spans, ...moves, this.#back);
  }

  /** Shows a span of the viewer's own. */
  choose(range: TimeRange): void {
    this.#span = undefined;
    this.#range = range;
    this.#apply();
  }

  /** Takes a span around now along to a new moment. */
  moveTo(nowSeconds: number): void {
    this.#nowSeconds = nowSeconds;
    this.#apply();
  }

  #move(by: number, factor: number): void {
    const { fromSeconds, toSeconds } = this.#range;
    const width = toSeconds - fromSeconds;
    const middle = (fromSeconds + toSeconds) / 2 + by * width;
    const half = Math.max(900, (width / 2) * factor);
    this.choose({ fromSeconds: middle - half, toSeconds: middle + half });
  }

  #follow(span: (typeof SPANS)[number]): void {
    this.#span = span;
    this.#apply();
  }

  #apply(): void {
    const { before = 0, after = 0, label } = this.#span ?? {};
    if (this.#span)
      this.#range = { fromSeconds: this.#nowSeconds - before, toSeconds: this.#nowSeconds + after };
    this.#back.hidden = this.#span !== undefined;
    for (const button of this.element.querySelectorAll('[aria-pressed]'))
      button.setAttribute('aria-pressed', String(button.textContent === label));
    this.onChange(this.#range);
  }
}
