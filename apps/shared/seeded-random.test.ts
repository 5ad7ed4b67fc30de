import assert from 'node:assert/strict';
import { mean } from 'simple-statistics';
import { hashText, seededRandom } from './seeded-random.js';

describe('seeded random numbers', () => {
  it('repeat for the same seed and differ for another', () => {
    const [one, again, other] = ['a', 'a', 'b'].map((seed) => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, random);
    });
    assert.deepEqual(one, again);
    assert.notDeepEqual(one, other);
  });

  it('fill the range from 0 up to 1 evenly', () => {
    const random = seededRandom('even');
    const draws = Array.from({ length: 100_000 }, random);
    assert.ok(draws.every((draw) => draw >= 0 && draw < 1));
    assert.ok(Math.abs(mean(draws) - 0.5) < 0.005);
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = draws.filter((draw) => Math.floor(draw * 10) === tenth).length / draws.length;
      assert.ok(Math.abs(share - 0.1) < 0.005, `${share} of the draws lie in tenth ${tenth}`);
    }
  });

  it('hash a text as FNV-1a does', () => {
    // Test vectors of the FNV reference code: fnv32a("") = 811c9dc5, ("a") = e40c292c, ("foobar") = bf9cf968.
    assert.equal(hashText('') >>> 0, 0x811c9dc5);
    assert.equal(hashText('a') >>> 0, 0xe40c292c);
    assert.equal(hashText('foobar') >>> 0, 0xbf9cf968);
  });
});
