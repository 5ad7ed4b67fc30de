import { SETTINGS } from './scenario.js';
import { testScenarios } from './test-scenarios.js';

describe('what users expect of the answers, on every weekday and around the world', function () {
  this.timeout(1_200_000);
  testScenarios(SETTINGS);
});
