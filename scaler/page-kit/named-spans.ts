import { color } from './chart.js';
import { type Box, LINE_PIXELS, PLOT_FONT, type Plot, writeBeside } from './plot.js';

/** A span of time to shade in a chart, such as a holiday. */
export interface NamedSpan {
  readonly name: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** Pixels between the edge of a span and its name. */
const MARGIN = 6;
/** A name with less room is left out; the readout shows it. */
const LEAST_WIDTH = 36;
/** Upper edges of names: those that would overlap are written below each other. */
const TOPS = [4, 4 + LINE_PIXELS, 4 + 2 * LINE_PIXELS];

/** Names of the spans that contain a moment. */
export function spansAt(spans: readonly NamedSpan[], seconds: number): string[] {
  return spans
    .filter(({ fromSeconds, toSeconds }) => seconds >= fromSeconds && seconds < toSeconds)
    .map(({ name }) => name);
}

/** Shades spans; to be called before lines are drawn. */
export function shade(plot: Plot, spans: readonly NamedSpan[]): void {
  const { ctx, height } = plot;
  for (const { left, right } of visible(plot, spans)) {
    ctx.fillStyle = color('event');
    ctx.fillRect(left, 0, Math.max(1, right - left), height);
    ctx.fillStyle = color('event-edge');
    ctx.fillRect(left, 0, 1, height);
  }
}

/** Writes the names of spans at their upper edges. @param taken where there is text, to which theirs is added */
export function drawNames(plot: Plot, spans: readonly NamedSpan[], taken: Box[]): void {
  const { ctx } = plot;
  ctx.font = `600 ${PLOT_FONT}`;
  ctx.fillStyle = color('event-text');
  for (const { name, left, room } of visible(plot, spans)) {
    if (room < LEAST_WIDTH) continue;
    const rows = TOPS.map((top) => ({ left: left + MARGIN, top }));
    writeBeside(plot, fitted(ctx, name, room - 2 * MARGIN), rows, taken);
  }
}

interface VisibleSpan {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  /** From its left edge to the next span, or to the edge of the plot. */
  readonly room: number;
}

/** The visible parts of spans, ascending. */
function visible({ x, width }: Plot, spans: readonly NamedSpan[]): VisibleSpan[] {
  const shown = spans
    .map(({ name, fromSeconds, toSeconds }) => ({ name, left: x(fromSeconds), right: x(toSeconds) }))
    .filter(({ left, right }) => left < width && right > 0)
    .map((span) => ({ ...span, left: Math.max(0, span.left), right: Math.min(width, span.right) }))
    .sort((a, b) => a.left - b.left);
  return shown.map((span, i) => {
    const nextLeft = shown[i + 1]?.left ?? width;
    return { ...span, room: Math.max(span.right, nextLeft) - span.left };
  });
}

/** A text, shortened until it fits. */
function fitted(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let end = text.length - 1;
  while (end > 0 && ctx.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}
