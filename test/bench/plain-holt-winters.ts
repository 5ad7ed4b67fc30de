import { project, smooth } from '../../scaler/forecast/recursion/holt-winters.js';
import { startMember } from '../../scaler/forecast/recursion/start-member.js';
import { passRecord } from '../../scaler/forecast/search/start-fitted-member.js';

const ALPHAS = [0.02, 0.1, 0.3, 0.6, 0.9];
const BETAS = [0, 0.01, 0.1];
const GAMMAS = [0.05, 0.15, 0.3, 0.6];

/**
 * What textbook Holt-Winters forecasts: one recursion with an additive season of a day and a trend, its three parameters
 * those of the least squared error one step ahead, searched on a grid.
 */
export function plainHoltWinters(known: Float64Array, daySteps: number, horizonSteps: number): Float64Array {
  const slots = [Int32Array.from({ length: known.length + horizonSteps }, (_, t) => t % daySteps)];
  const track = { values: known, slots };
  const record = passRecord(known.length, daySteps, [1]);
  const layout = { name: 'plain', form: 'additive', logOffset: 0 } as const;
  let least = Number.POSITIVE_INFINITY;
  const best = new Float64Array(horizonSteps);
  for (const alpha of ALPHAS)
    for (const beta of BETAS)
      for (const gamma of GAMMAS) {
        const parameters = { alpha, beta, phi: 1, gamma, omega: 0, kappa: 0, rho: 0 };
        const started = startMember(
          { ...layout, seasons: [{ periodSeconds: 86_400, slotCount: daySteps }] },
          parameters,
          track,
        );
        started.seasons[0]!.visits.fill(Number.POSITIVE_INFINITY);
        const member = { ...started, clip: Number.POSITIVE_INFINITY };
        smooth(member, track, 0, known.length, record);
        const sum = record.errors[0]!.reduce(
          (total, error) => total + (Number.isNaN(error) ? 0 : error ** 2),
          0,
        );
        if (!(sum < least)) continue;
        least = sum;
        project(member, slots, known.length, horizonSteps, best, 0);
      }
  return best;
}
