import assert from 'node:assert/strict';
import { testTrigger } from '../../test/support/test-trigger.js';
import { ScalerError } from '../shared/errors.js';
import { type ParseTrigger, TriggerCache } from './trigger-cache.js';

describe('the cache of parsed triggers', () => {
  const ref = (name: string, query: string) => ({ name, namespace: 'shop', scalerMetadata: { query } });
  const text = 'x'.repeat(1000);

  let parsed: number;
  const parse: ParseTrigger = ({ name, scalerMetadata }) => {
    parsed++;
    return testTrigger({ scaledObject: name, query: scalerMetadata.query! });
  };
  beforeEach(() => {
    parsed = 0;
  });

  it('gives the same trigger for the same metadata', () => {
    const cache = new TriggerCache(parse, 100_000);
    assert.equal(cache.get(ref('web', text)), cache.get(ref('web', text)));
    assert.notEqual(cache.get(ref('web', text)), cache.get(ref('web', `${text}y`)));
    assert.equal(parsed, 2);
  });

  it('keeps objects apart whose names only look alike', () => {
    const cache = new TriggerCache(parse, 100_000);
    const scalerMetadata = { query: text };
    const first = cache.get({ namespace: 'a/b', name: 'c', scalerMetadata });
    const second = cache.get({ namespace: 'a', name: 'b/c', scalerMetadata });
    assert.notEqual(first, second);
  });

  it('forgets the oldest objects when their text exceeds the bound', () => {
    const cache = new TriggerCache(parse, 100_000);
    // About 2,030 characters each, overhead included, so that 49 fit.
    for (let index = 0; index < 100; index++) cache.get(ref(`web${index}`, text));
    assert.equal(parsed, 100);
    for (let index = 60; index < 100; index++) cache.get(ref(`web${index}`, text));
    assert.equal(parsed, 100);
    cache.get(ref('web0', text));
    assert.equal(parsed, 101);
  });

  it('forgets the oldest versions of an object that is edited again and again', () => {
    const cache = new TriggerCache(parse, 10_000_000);
    for (let index = 0; index < 200; index++) cache.get(ref('web', `${text}${index}`));
    for (let index = 136; index < 200; index++) cache.get(ref('web', `${text}${index}`));
    assert.equal(parsed, 200);
    cache.get(ref('web', `${text}0`));
    assert.equal(parsed, 201);
  });

  it('still answers when a single trigger exceeds the bound', () => {
    const cache = new TriggerCache(parse, 100);
    assert.equal(cache.get(ref('web', text)).trigger.query, text);
    assert.equal(cache.get(ref('web', text)).trigger.query, text);
  });

  it('does not keep a bug of the parser', () => {
    let calls = 0;
    const faulty = () => {
      calls++;
      throw new TypeError('a fault');
    };
    const cache = new TriggerCache(faulty, 100_000);
    for (let attempt = 0; attempt < 2; attempt++) {
      assert.throws(
        () => cache.get(ref('web', text)),
        (error) => error instanceof TypeError && !(error instanceof ScalerError),
      );
    }
    assert.equal(calls, 2);
  });
});
