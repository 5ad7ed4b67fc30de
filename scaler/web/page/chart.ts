import type uPlot from 'uplot';
import { element } from './dom.js';
import { FetchError } from './fetch-json.js';
import { localClock, localDate } from './format.js';
import { THEME_CHANGED } from './theme.js';

let library: Promise<typeof uPlot> | undefined;

/**
 * The chart library, fetched when the first chart is drawn.
 *
 * @throws FetchError
 */
export function chartLibrary(): Promise<typeof uPlot> {
  library ??= load();
  return library;
}

async function load(): Promise<typeof uPlot> {
  try {
    const { default: loaded } = await import('./uplot.js');
    document.head.append(element('link', { rel: 'stylesheet', href: 'page/uplot.css' }));
    return loaded;
  } catch {
    library = undefined;
    throw new FetchError(0, 'The charts could not be loaded.');
  }
}

const colours = new Map<string, string>();

/**
 * A colour of the style sheet, as a canvas takes it, in the theme of the moment.
 *
 * @param name of a custom property, without its dashes.
 */
export function colour(name: string): string {
  let resolved = colours.get(name);
  if (resolved === undefined) {
    // light-dark() is settled only where a colour is used, so it is used for a moment.
    const probe = element('span', { class: `probe ${name}` });
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    resolved = getComputedStyle(probe).color;
    probe.remove();
    colours.set(name, resolved);
  }
  return resolved;
}

document.documentElement.addEventListener(THEME_CHANGED, () => colours.clear());

const FONT = '12px system-ui, sans-serif';

/** The look that all axes share. */
export function axisLook(): Pick<uPlot.Axis, 'stroke' | 'font' | 'ticks' | 'grid'> {
  return {
    stroke: () => colour('muted'),
    font: FONT,
    ticks: { stroke: () => colour('line'), width: 1, size: 5 },
    grid: { stroke: () => colour('line'), width: 1 },
  };
}

/** An axis of time on the viewer's clock: hours and minutes, with the day where it begins. */
export function timeAxis(): uPlot.Axis {
  return {
    ...axisLook(),
    space: 70,
    values: (_chart, splits, _axis, _space, increment) =>
      splits.map((at, i) => {
        if (increment >= 86_400) return localDate(at);
        const isNewDay = i === 0 || localDate(splits[i - 1]!) !== localDate(at);
        return isNewDay ? `${localClock(at)}\n${localDate(at)}` : localClock(at);
      }),
  };
}

/** Distances between marks on an axis of whole numbers. */
export const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/** The middle of each step, where charts put its value. */
export function stepTimes(startSeconds: number, stepSeconds: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => startSeconds + (i + 0.5) * stepSeconds);
}
