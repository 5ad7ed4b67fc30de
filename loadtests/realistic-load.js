/**
 * A week's rhythm on the request chain: working days with a lunch dip and an evening peak, quieter weekends. The week
 * can be compressed to minutes, for a scaler with seasons just as short. Variables and what a run shows: README.md.
 */
import { usualLoad } from '../apps/shared/weekly-load.ts';
import { requestChain } from './chain-requests.js';
import { positiveNumber, text } from './settings.js';

const baseUrl = text('BASE_URL', 'http://127.0.0.1:8000');
const peakPerSecond = positiveNumber('PEAK_PER_SECOND', 20);
const days = positiveNumber('DAYS', 7);
const dayMinutes = positiveNumber('DAY_MINUTES', 1440);
const startDay = text('START_DAY', 'monday');
const errorShare = positiveNumber('ERROR_SHARE', 0.01);

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
if (!weekdays.includes(startDay))
  throw new Error(`START_DAY is "${startDay}": expected one of ${weekdays.join(', ')}`);

/** Loads below one request per second are kept: rates are counted per minute. */
const ratePerMinute = (/** @type {number} */ hours) => {
  const weekday = (weekdays.indexOf(startDay) + Math.floor(hours / 24)) % 7;
  return Math.max(1, Math.round(60 * peakPerSecond * usualLoad(weekday, hours % 24)));
};

/** The load is drawn as straight lines between the half hours of the curve. */
const stepHours = 0.5;
const stages = [];
for (let hours = stepHours; hours <= days * 24; hours += stepHours)
  stages.push({
    target: ratePerMinute(hours),
    duration: `${Math.max(1, Math.round((dayMinutes * 60_000 * stepHours) / 24))}ms`,
  });

export const options = {
  scenarios: {
    week: {
      executor: 'ramping-arrival-rate',
      startRate: ratePerMinute(0),
      timeUnit: '1m',
      preAllocatedVUs: Math.ceil(peakPerSecond / 2) + 1,
      maxVUs: Math.ceil(peakPerSecond * 4) + 1,
      stages,
    },
  },
  thresholds: {
    http_req_failed: [`rate<${errorShare}`],
    checks: [`rate>${1 - errorShare}`],
  },
};

export default function () {
  requestChain(baseUrl);
}
