import { button, h } from './dom.js';
import type { TimeRange } from './line-chart.js';

/** A span to choose, in hours before and after an anchor such as now. */
export interface Span {
  readonly label: string;
  readonly before: number;
  readonly after: number;
}

/** The spans to choose from. */
export interface SpanButtonsOptions {
  readonly spans: readonly Span[];
  /** The first one. */
  readonly usual: Span;
  /** Label of a button back to the usual span, shown beside another span. @default no button */
  readonly back?: string;
  /** @default no bounds */
  readonly bounds?: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}

const ENDLESS: TimeRange = { fromSeconds: -Infinity, toSeconds: Infinity };

/** How far each button moves a span, in widths, and the factor of its width. */
const MOVES = [
  { label: '‹', title: 'Earlier', by: -0.5, factor: 1 },
  { label: '›', title: 'Later', by: 0.5, factor: 1 },
  { label: '+', title: 'Zoom in', by: 0, factor: 0.5 },
  { label: '−', title: 'Zoom out', by: 0, factor: 2 },
] as const;

/** Buttons that choose which span of time charts show. */
export class SpanButtons {
  readonly element = h('div.spans', { role: 'group', 'aria-label': 'Span of the chart' });
  readonly #back: HTMLElement;
  /** A span that follows the anchor; undefined for one that the viewer chose in the chart. */
  #span: Span | undefined;
  #range: TimeRange = { fromSeconds: 0, toSeconds: 1 };
  #anchorSeconds = 0;

  constructor(private readonly options: SpanButtonsOptions) {
    this.#span = options.usual;
    this.#back = button(() => this.reset(), options.back ?? '');
    const spans = options.spans.map((span) =>
      button(() => this.#follow(span), { 'aria-pressed': 'false' }, span.label),
    );
    const moves = MOVES.map(({ label, title, by, factor }) =>
      button(() => this.#move(by, factor), { title, 'aria-label': title, class: 'icon' }, label),
    );
    this.element.append(...spans, ...moves, this.#back);
  }

  /** Shows a span that the viewer chose in the chart. */
  choose(range: TimeRange): void {
    this.#span = undefined;
    this.#range = range;
    this.#apply();
  }

  /** Shows the usual span. */
  reset(): void {
    this.#follow(this.options.usual);
  }

  /** Moves the anchor, with a span that follows it. */
  moveTo(anchorSeconds: number): void {
    this.#anchorSeconds = anchorSeconds;
    this.#apply();
  }

  #move(by: number, factor: number): void {
    const { fromSeconds, toSeconds } = this.#range;
    const width = toSeconds - fromSeconds;
    const middle = (fromSeconds + toSeconds) / 2 + by * width;
    const half = Math.max(900, (width / 2) * factor);
    this.choose({ fromSeconds: middle - half, toSeconds: middle + half });
  }

  #follow(span: Span): void {
    this.#span = span;
    this.#apply();
  }

  #apply(): void {
    const { back, bounds = ENDLESS, onChange } = this.options;
    const { before = 0, after = 0, label } = this.#span ?? {};
    let { fromSeconds, toSeconds } = this.#range;
    if (this.#span) {
      fromSeconds = this.#anchorSeconds - before * 3600;
      toSeconds = this.#anchorSeconds + after * 3600;
    }
    const width = Math.min(toSeconds - fromSeconds, bounds.toSeconds - bounds.fromSeconds);
    const from = Math.min(Math.max(fromSeconds, bounds.fromSeconds), bounds.toSeconds - width);
    this.#range = { fromSeconds: from, toSeconds: from + width };
    this.#back.hidden = back === undefined || this.#span !== undefined;
    for (const button of this.element.querySelectorAll('[aria-pressed]'))
      button.setAttribute('aria-pressed', String(button.textContent === label));
    onChange(this.#range);
  }
}
