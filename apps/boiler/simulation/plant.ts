import { seededRandom } from '../../shared/seeded-random.js';
import type { Reading } from '../reading.js';
import { createBoiler } from './boiler.js';
import { steamDemand } from './demand.js';

/** A plant catches up on at most this many seconds of readings; what was missed before that was never measured. */
const LONGEST_CATCH_UP_SECONDS = 1;

/** What a simulated plant needs. */
export interface PlantOptions {
  /** Number of boilers; they are called by the seed and a number, such as `boiler-1`, `boiler-2`. */
  readonly boilers: number;
  /** The same seed gives the same boilers. */
  readonly seed: string;
  /** Mean number of faults per hour of each boiler. */
  readonly faultsPerHour: number;
  /** Readings per second of each boiler at full steam; the sensors are read in proportion to the steam drawn. */
  readonly readingsPerSecond: number;
  /** Length of the plant's day, whose rhythm the demand for steam follows. */
  readonly daySeconds: number;
  /** When the plant starts: seconds since the Unix epoch. */
  readonly startSeconds: number;
  /** Gives each reading its id. */
  readonly newId: () => string;
}

/** Several boilers that serve one demand for steam, read in turn. */
export interface Plant {
  /** When the next reading is due: seconds since the Unix epoch. */
  readonly nextDueSeconds: number;
  /** Reads the boiler whose turn it is, at `nowSeconds`, and plans the next reading. */
  read(nowSeconds: number): Reading;
}

/**
 * A plant whose readings come faster by day than by night, so that their queue has the daily rhythm that a forecast
 * can learn.
 */
export function createPlant(options: PlantOptions): Plant {
  const boilers = Array.from({ length: options.boilers }, (_, index) => {
    const name = `${options.seed}-${index + 1}`;
    const simulated = createBoiler({
      faultsPerHour: options.faultsPerHour,
      random: seededRandom(`${options.seed}/boiler-${index + 1}`),
      startSeconds: options.startSeconds,
    });
    return { name, simulated };
  });
  let turn = 0;
  let nextDueSeconds = options.startSeconds;

  return {
    get nextDueSeconds() {
      return nextDueSeconds;
    },
    read(nowSeconds) {
      const demand = steamDemand(nowSeconds / options.daySeconds);
      const { name, simulated } = boilers[turn]!;
      turn = (turn + 1) % boilers.length;
      nextDueSeconds = Math.max(nextDueSeconds, nowSeconds - LONGEST_CATCH_UP_SECONDS);
      nextDueSeconds += 1 / (options.readingsPerSecond * demand * boilers.length);
      return {
        id: options.newId(),
        boiler: name,
        measuredAtMs: Math.round(nowSeconds * 1000),
        ...simulated.read(demand, nowSeconds),
      };
    },
  };
}
