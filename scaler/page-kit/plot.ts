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

/** Draws on a chart, and leaves its canvas in the state in which it was. */
export function drawOn(chart: uPlot, draw: (plot: Plot) => void): void {
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
  draw({
    ctx,
    width: bbox.width / ratio,
    height: bbox.height / ratio,
    x: (value) => chart.valToPos(value, 'x'),
    y: (value) => chart.valToPos(value, 'y'),
  });
  ctx.restore();
}

/** A place in a plot. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

/** Writes a text. An outline in the color of the background sets it apart from lines that it crosses. */
export function write({ ctx }: Plot, text: string, { left, top }: Place): void {
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4;
  ctx.strokeStyle = color('surface');
  ctx.strokeText(text, left, top);
  ctx.fillText(text, left, top);
}

/** The part of a plot that a text covers. */
export interface Box extends Place {
  readonly right: number;
  readonly bottom: number;
}

/** Height of a line of text. */
export const LINE_PIXELS = 14;
/** Least distance between two texts side by side. */
const GAP_PIXELS = 6;

/**
 * Writes a text at the first place where it is within the plot and beside all other texts; nowhere if there is none.
 *
 * @param taken where there is text, to which its own box is added
 */
export function writeBeside(plot: Plot, text: string, places: readonly Place[], taken: Box[]): void {
  const textWidth = plot.ctx.measureText(text).width;
  const boxes = places.map(({ left, top }) => ({
    left,
    top,
    right: left + textWidth,
    bottom: top + LINE_PIXELS,
  }));
  const isWithin = ({ left, right, top, bottom }: Box) =>
    left >= 0 && right <= plot.width && top >= 0 && bottom <= plot.height;
  const free = boxes.find((box) => isWithin(box) && !taken.some((other) => areClose(box, other)));
  if (!free) return;
  write(plot, text, free);
  taken.push(free);
}

function areClose(a: Box, b: Box): boolean {
  const isBeside = a.left >= b.right + GAP_PIXELS || b.left >= a.right + GAP_PIXELS;
  return !isBeside && a.top < b.bottom && b.top < a.bottom;
}
