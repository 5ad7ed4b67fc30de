import { replicasFor } from '../../hpa/desired-replicas.js';
import { load } from '../../page-kit/numbers.js';
import { numberTable, type Row } from '../../page-kit/table.js';
import type { ForecastChart } from '../api/contract.js';
import { epochSeconds, exactPercent, local, titledTime } from './format.js';

const ROWS = 24;

/** The forecast in numbers, for those who cannot see the chart. */
export function forecastTable(forecast: ForecastChart, threshold: number): HTMLElement {
  const { mean, lower, upper, lowerQuantile, upperQuantile, stepSeconds } = forecast;
  const every = Math.ceil(mean.length / ROWS);
  const rows: Row[] = [];
  for (let i = 0; i < mean.length; i += every) {
    const at = epochSeconds(forecast.startTime) + i * stepSeconds;
    const needed = replicasFor(upper[i]!, threshold);
    rows.push({
      name: titledTime(at, local.dateTime(at)),
      cells: [mean[i]!, lower[i]!, upper[i]!, needed].map(load),
    });
  }
  const columns = [
    { head: 'Mean' },
    { head: `${exactPercent(lowerQuantile)} quantile` },
    { head: `${exactPercent(upperQuantile)} quantile` },
    { head: 'Replicas for that' },
  ];
  return numberTable('The forecast, step by step', 'From', columns, rows);
}
