import { SETTINGS } from './scenario.js';
import { absent } from './scenarios/absent.js';
import { horizon } from './scenarios/horizon.js';
import { wildSample } from './scenarios/wild-sample.js';
import { testScenarios } from './test-scenarios.js';

describe('what users expect of the answers, on a Sunday on which the clocks change', function () {
  this.timeout(300_000);
  // The others take longer: they are among the long tests alone.
  testScenarios([SETTINGS[6]!], [horizon, absent, wildSample]);
});
