import type uPlot from 'uplot';
import { color } from './chart.js';

/** The area of a chart's lines, to draw on. All lengths are CSS pixels, counted from its upper left corner. */
export interface Plot {
  readonly ctx: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  /** The place of a value of the x axis, beyond the edges too. */
  readonly x: (value: number) => number;
  /** The place of a value of the y axis, beyond the edges too. */
  readonly y: (value: number) => number;
}

/** The font of texts within a plot. */
export const PLOT_FONT = '11px system-ui, sans-serif';

/** Draws on a chart, and leaves its canvas in the state in which it was. @returns what `draw` returns */
export function drawOn<Result>(chart: uPlot, draw: (plot: Plot) => Result): Result {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.translate(bbox.left, bbox.top);
  ctx.scale(ratio, ratio);
  // The last line may have been a dashed one.
  ctx.setLineDash([]);
  ctx.lineWidth = 1;
  ctx.font = PLOT_FONT;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  const result = draw({
    ctx,
    width: bbox.width / ratio,
    height: bbox.height / ratio,
    x: (value) => chart.valToPos(value, 'x'),
    y: (value) => chart.valToPos(value, 'y'),
  });
  ctx.restore();
  return result;
}

/** A part of a plot. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The first box within a plot that overlaps none of those taken; the first of all if there is none. */
export function freeBox(candidates: readonly Box[], { width, height }: Plot, taken: readonly Box[]): Box {
  const isWithin = ({ left, right, top, bottom }: Box) =>
    left >= 0 && right <= width && top >= 0 && bottom <= height;
  const isFree = (box: Box) => !taken.some((other) => overlap(box, other));
  return candidates.find((box) => isWithin(box) && isFree(box)) ?? candidates[0]!;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Writes a text. An outline in the color of the background sets it apart from lines that it crosses. */
export function write({ ctx }: Plot, text: string, { left, top }: Pick<Box, 'left' | 'top'>): void {
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4;
  ctx.strokeStyle = color('surface');
  ctx.strokeText(text, left, top);
  ctx.fillText(text, left, top);
}
