import assert from 'node:assert/strict';
import { isMet, measureAll, SETTINGS } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';

/** `make behaviour` measures in every setting; here one on an ordinary day and one in which the clocks change. */
const settings = [SETTINGS[1]!, SETTINGS[6]!];

describe('what users expect of the answers', function () {
  this.timeout(300_000);
  for (const scenario of SCENARIOS)
    it(scenario.title, () => {
      const results = measureAll([scenario], settings);
      assert.ok(results.length > 0);
      assert.deepEqual(
        results.filter((result) => !isMet(result)),
        [],
      );
    });
});
