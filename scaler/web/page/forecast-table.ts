import { element } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { ForecastChart } from '../api/contract.js';
import { epochSeconds, local, percent, utc } from './format.js';

const ROWS = 24;

/** The forecast in numbers, in two dozen rows: the same as the chart for those who cannot see it. */
export function forecastTable(forecast: ForecastChart, threshold: number): HTMLElement {
  const { mean, lower, upper, stepSeconds } = forecast;
  const start = epochSeconds(forecast.startTime);
  const every = Math.max(1, Math.ceil(mean.length / ROWS));
  const rows: HTMLElement[] = [];
  for (let i = 0; i < mean.length; i += every) {
    const at = start + i * stepSeconds;
    rows.push(
      element(
        'tr',
        {},
        element(
          'th',
          { scope: 'row' },
          element('time', { datetime: utc(at), title: utc(at) }, local.dateTime(at)),
        ),
        element('td', { class: 'number' }, load(mean[i]!)),
        element('td', { class: 'number' }, load(lower[i]!)),
        element('td', { class: 'number' }, load(upper[i]!)),
        element('td', { class: 'number' }, load(Math.max(0, Math.ceil(upper[i]! / threshold)))),
      ),
    );
  }
  const heads = [
    'Mean',
    `${percent(forecast.lowerQuantile)} quantile`,
    `${percent(forecast.upperQuantile)} quantile`,
    'Replicas for that',
  ];
  return element(
    'table',
    {},
    element('caption', { class: 'unseen' }, 'The forecast, step by step'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'From'),
        ...heads.map((head) => element('th', { scope: 'col', class: 'number' }, head)),
      ),
    ),
    element('tbody', {}, ...rows),
  );
}
