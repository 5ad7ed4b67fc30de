import { SETTINGS } from './scenario.js';
import { testScenarios } from './test-scenarios.js';

describe('what users expect of the answers, on a Sunday on which the clocks change', function () {
  this.timeout(300_000);
  testScenarios([SETTINGS[6]!]);
});
