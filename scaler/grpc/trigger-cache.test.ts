import assert from 'node:assert/strict';
import { ScalerError } from '../errors.js';
import { countingParser } from './test-support/parse-trigger.js';
import { TriggerCache } from './trigger-cache.js';

describe('the cache of parsed triggers', () => {
  const ref = (name: string, query: string) => ({ name, namespace: 'shop', scalerMetadata: { query } });
  const text = 'x'.repeat(1000);

  it('gives the same trigger for the same metadata', () => {
    const parser = countingParser();
    const cache = new TriggerCache(parser, { metadataKeys: 10, cachedCharacters: 100_000 });
    assert.equal(cache.get(ref('web', text)), cache.get(ref('web', text)));
    assert.notEqual(cache.get(ref('web', text)), cache.get(ref('web', `${text}y`)));
    assert.equal(parser.calls, 2);
  });

  it('forgets the oldest objects when their text exceeds the bound', () => {
    const parser = countingParser();
    const cache = new TriggerCache(parser, { metadataKeys: 10, cachedCharacters: 100_000 });
    // About 2,030 characters each, overhead included, so that 49 fit.
    for (let index = 0; index < 100; index++) cache.get(ref(`web${index}`, text));
    assert.equal(parser.calls, 100);
    for (let index = 60; index < 100; index++) cache.get(ref(`web${index}`, text));
    assert.equal(parser.calls, 100);
    cache.get(ref('web0', text));
    assert.equal(parser.calls, 101);
  });

  it('forgets the oldest versions of an object that is edited again and again', () => {
    const parser = countingParser();
    const cache = new TriggerCache(parser, { metadataKeys: 10, cachedCharacters: 10_000_000 });
    for (let index = 0; index < 200; index++) cache.get(ref('web', `${text}${index}`));
    for (let index = 136; index < 200; index++) cache.get(ref('web', `${text}${index}`));
    assert.equal(parser.calls, 200);
    cache.get(ref('web', `${text}0`));
    assert.equal(parser.calls, 201);
  });

  it('still answers when a single trigger exceeds the bound', () => {
    const cache = new TriggerCache(countingParser(), { metadataKeys: 10, cachedCharacters: 100 });
    assert.equal(cache.get(ref('web', text)).trigger.query, text);
    assert.equal(cache.get(ref('web', text)).trigger.query, text);
  });

  it('does not keep a fault of the parser', () => {
    let calls = 0;
    const faulty = () => {
      calls++;
      throw new TypeError('a fault');
    };
    const cache = new TriggerCache(faulty, { metadataKeys: 10, cachedCharacters: 100_000 });
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.throws(
        () => cache.get(ref('web', text)),
        (error) => error instanceof TypeError && !(error instanceof ScalerError),
      );
    }
    assert.equal(calls, 2);
  });
});
