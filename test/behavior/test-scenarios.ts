import assert from 'node:assert/strict';
import { isMet, measureAll, type Scenario, type Setting } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';

/** Declares a test for each scenario: it fails with the numbers that are not what users want, in any of the settings. */
export function testScenarios(
  settings: readonly Setting[],
  scenarios: readonly Scenario[] = SCENARIOS,
): void {
  for (const scenario of scenarios)
    it(scenario.title, () => {
      const results = measureAll([scenario], settings);
      assert.ok(results.length > 0);
      assert.deepEqual(
        results.filter((result) => !isMet(result)),
        [],
      );
    });
}
