import { svg } from '../../page-kit/dom.js';
import type { Sparkline } from '../api/contract.js';
import { epochSeconds } from './format.js';

const WIDTH = 168;
const HEIGHT = 36;
const EDGE = 2;

/** A picture of the last day as a line, and of the next hours as a dashed line. */
export function sparklineSvg(line: Sparkline | null): SVGElement {
  const picture = svg('svg', {
    class: 'sparkline',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  if (!line) return picture;
  const historyStart = epochSeconds(line.historyStartTime);
  const historyEnd = historyStart + line.history.length * line.stepSeconds;
  const forecastStart = line.forecastStartTime === null ? historyEnd : epochSeconds(line.forecastStartTime);
  const end = forecastStart + line.forecast.length * line.stepSeconds;
  const highest = Math.max(1e-12, ...line.history.map((value) => value ?? 0), ...line.forecast);
  const x = (seconds: number) =>
    EDGE + ((seconds - historyStart) / (end - historyStart)) * (WIDTH - 2 * EDGE);
  const y = (value: number) => HEIGHT - EDGE - (Math.max(0, value) / highest) * (HEIGHT - 2 * EDGE);
  const path = (values: readonly (number | null)[], start: number) =>
    values
      .map((value, i) => {
        if (value === null) return '';
        const command = i > 0 && values[i - 1] !== null ? 'L' : 'M';
        return `${command}${x(start + (i + 0.5) * line.stepSeconds).toFixed(1)} ${y(value).toFixed(1)}`;
      })
      .join('');
  if (line.forecast.length > 0) {
    const left = x(forecastStart);
    picture.append(
      svg('rect', { class: 'coming', x: left, y: 0, width: WIDTH - left, height: HEIGHT }),
      svg('path', { class: 'forecast', d: path(line.forecast, forecastStart) }),
    );
  }
  picture.append(svg('path', { class: 'history', d: path(line.history, historyStart) }));
  return picture;
}
