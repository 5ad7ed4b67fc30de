import type uPlot from 'uplot';
import { h } from './dom.js';
import type { TimeFormat } from './time-format.js';

/** Event on the root of the document when colors have changed. */
export const THEME_CHANGED = 'themechanged';

/** Makes charts read the colors again, as they do when the theme of the system changes. */
export function announceTheme(): void {
  document.documentElement.dispatchEvent(new Event(THEME_CHANGED));
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', announceTheme);

// Paper is white in any theme, and a canvas keeps the colors that it was drawn with.
addEventListener('beforeprint', () => showScheme('light'));
addEventListener('afterprint', () => showScheme(''));

function showScheme(scheme: string): void {
  document.documentElement.style.colorScheme = scheme;
  announceTheme();
}

const colors = new Map<string, string>();

/** A color of the style sheet for a canvas, in the current theme. @param name of a custom property, without dashes */
export function color(name: string): string {
  let resolved = colors.get(name);
  if (resolved === undefined) {
    // light-dark() has a value only where a color is used.
    const probe = h('span.probe');
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    resolved = getComputedStyle(probe).color;
    probe.remove();
    colors.set(name, resolved);
  }
  return resolved;
}

document.documentElement.addEventListener(THEME_CHANGED, () => colors.clear());

/** The font of axes. */
export const AXIS_FONT = '12px system-ui, sans-serif';

function axisLook(): Pick<uPlot.Axis, 'stroke' | 'font' | 'ticks' | 'grid'> {
  return {
    stroke: () => color('muted'),
    font: AXIS_FONT,
    ticks: { stroke: () => color('line'), width: 1, size: 5 },
    grid: { stroke: () => color('line'), width: 1 },
  };
}

/** An axis of time: hours and minutes, with the day where it begins. */
export function timeAxis({ clock, date }: TimeFormat): uPlot.Axis {
  return {
    ...axisLook(),
    space: 70,
    values: (_chart, splits, _axis, _space, increment) =>
      splits.map((at, i) => {
        if (increment >= 86_400) return date(at);
        const isNewDay = i === 0 || date(splits[i - 1]!) !== date(at);
        return isNewDay ? `${clock(at)}\n${date(at)}` : clock(at);
      }),
  };
}

/** An axis of amounts. @param write writes a mark */
export function amountAxis(write: (amount: number) => string, more: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return { ...axisLook(), values: (_chart, splits) => splits.map((amount) => write(amount)), ...more };
}

/** Distances between marks on an axis of whole numbers. */
export const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
