import type { Scenario } from '../scenario.js';
import { absent } from './absent.js';
import { guarded } from './guarded.js';
import { horizon } from './horizon.js';
import { idle } from './idle.js';
import { rhythms } from './rhythms.js';
import { staysAway } from './stays-away.js';
import { weekends } from './weekends.js';
import { wildSample } from './wild-sample.js';

/** Everything that `make behavior` measures, in the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  idle,
  horizon,
  absent,
  rhythms,
  weekends,
  wildSample,
  guarded,
  staysAway,
];
