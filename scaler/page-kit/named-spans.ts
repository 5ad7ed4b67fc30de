import type uPlot from 'uplot';
import { type Box, color } from './chart.js';

/** A span of time to shade in a chart, such as a holiday. */
export interface NamedSpan {
  readonly name: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** Pixels between the edge of a span and its name. */
const MARGIN = 6;
const LINE_HEIGHT = 14;
/** A name with less room is left out; the readout shows it. */
const LEAST_WIDTH = 36;
/** Names that would overlap are written below each other. */
const MOST_ROWS = 3;

/** Names of the spans that contain a moment. */
export function spansAt(spans: readonly NamedSpan[], seconds: number): string[] {
  return spans
    .filter(({ fromSeconds, toSeconds }) => seconds >= fromSeconds && seconds < toSeconds)
    .map(({ name }) => name);
}

/** Shades spans; to be called before lines are drawn. Changes the drawing state. */
export function shade(chart: uPlot, spans: readonly NamedSpan[]): void {
  const { ctx, bbox } = chart;
  for (const { left, width } of visible(chart, spans)) {
    ctx.fillStyle = color('event');
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.fillStyle = color('event-edge');
    ctx.fillRect(left, bbox.top, devicePixelRatio, bbox.height);
  }
}

/** Writes the names of spans at their upper edges. Changes the drawing state. @returns where they are */
export function drawNames(chart: uPlot, spans: readonly NamedSpan[]): Box[] {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.font = `600 ${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 3 * ratio;
  const boxes: Box[] = [];
  /** Where the last name of each row ends. */
  const rows: number[] = [];
  for (const { name, left, room } of visible(chart, spans)) {
    if (room < LEAST_WIDTH * ratio) continue;
    const row = [...Array(MOST_ROWS).keys()].find((i) => (rows[i] ?? 0) <= left);
    if (row === undefined) continue;
    const text = fitted(ctx, name, room - 2 * MARGIN * ratio);
    const [x, y] = [left + MARGIN * ratio, bbox.top + (4 + row * LINE_HEIGHT) * ratio];
    // An outline in the color of the background sets the text apart from lines that it crosses.
    ctx.strokeStyle = color('surface');
    ctx.strokeText(text, x, y);
    ctx.fillStyle = color('event-text');
    ctx.fillText(text, x, y);
    rows[row] = x + ctx.measureText(text).width + MARGIN * ratio;
    boxes.push({ left: x, right: rows[row]!, top: y, bottom: y + LINE_HEIGHT * ratio });
  }
  return boxes;
}

interface VisibleSpan {
  readonly name: string;
  readonly left: number;
  readonly width: number;
  /** From its left edge to the next span, or to the edge of the chart. */
  readonly room: number;
}

/** The visible parts of spans on the canvas, ascending. */
function visible(chart: uPlot, spans: readonly NamedSpan[]): VisibleSpan[] {
  const { min, max } = chart.scales.x!;
  const { left: leftEdge, width: wholeWidth } = chart.bbox;
  const shown = spans
    .filter(({ fromSeconds, toSeconds }) => fromSeconds < max! && toSeconds > min!)
    .sort((a, b) => a.fromSeconds - b.fromSeconds);
  return shown.map(({ name, fromSeconds, toSeconds }, i) => {
    const left = chart.valToPos(Math.max(fromSeconds, min!), 'x', true);
    const right = chart.valToPos(Math.min(toSeconds, max!), 'x', true);
    const next = shown[i + 1];
    const nextLeft = next
      ? chart.valToPos(Math.max(next.fromSeconds, min!), 'x', true)
      : leftEdge + wholeWidth;
    return {
      name,
      left,
      width: Math.max(right - left, devicePixelRatio),
      room: Math.max(right, nextLeft) - left,
    };
  });
}

/** A text, shortened until it fits. */
function fitted(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let end = text.length - 1;
  while (end > 0 && ctx.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}
