/**
 * Rising load on the request chain: how far does it carry before errors or latency give way?
 * Variables and what a run shows: README.md.
 */
import { requestChain } from './chain-requests.js';
import { positiveNumber, text } from './settings.js';

const baseUrl = text('BASE_URL', 'http://127.0.0.1:8000');
const peakPerSecond = positiveNumber('PEAK_PER_SECOND', 100);
const stageSeconds = positiveNumber('STAGE_SECONDS', 60);
const p95Milliseconds = positiveNumber('P95_MILLISECONDS', 500);
const errorShare = positiveNumber('ERROR_SHARE', 0.01);

/** @param {number} share of the peak @param {number} stages length */
const riseTo = (share, stages = 1) => ({
  target: Math.max(1, Math.round(peakPerSecond * share)),
  duration: `${Math.round(stageSeconds * stages * 1000)}ms`,
});

export const options = {
  scenarios: {
    rising: {
      executor: 'ramping-arrival-rate',
      startRate: 1,
      timeUnit: '1s',
      preAllocatedVUs: Math.ceil(peakPerSecond / 2),
      maxVUs: Math.ceil(peakPerSecond * 4),
      // Each level is reached and then held, so that a level that is too much shows as itself.
      stages: [riseTo(0.1), riseTo(0.1), riseTo(0.5), riseTo(0.5, 2), riseTo(1), riseTo(1, 2), riseTo(0.01)],
    },
  },
  thresholds: {
    http_req_failed: [`rate<${errorShare}`],
    http_req_duration: [`p(95)<${p95Milliseconds}`],
    checks: [`rate>${1 - errorShare}`],
    // Iterations that could not start because every virtual user was waiting: the chain is slower than the load.
    dropped_iterations: ['count<1'],
  },
};

export default function () {
  requestChain(baseUrl);
}
