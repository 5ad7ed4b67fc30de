import assert from 'node:assert/strict';
import { hideSent } from './redact.js';

const nothing = { headers: {}, queryParameters: {} };

describe('hideSent', () => {
  it('hides a token, with its scheme and without', () => {
    const hide = hideSent({ ...nothing, authorization: 'Bearer to-ken' });
    assert.equal(hide('got "Bearer to-ken", to-ken and TO-KEN'), 'got "(hidden)", (hidden) and (hidden)');
  });

  it('hides a password, however short, and what carries it', () => {
    const hide = hideSent({ ...nothing, authorization: `Basic ${btoa('ann:p:w')}` });
    assert.equal(hide(`no ann:p:w, no p:w, no ${btoa('ann:p:w')}`), 'no (hidden), no (hidden), no (hidden)');
    assert.equal(hide('ann is not known'), 'ann is not known');
  });

  it('hides a secret as JSON, addresses and base64 write it', () => {
    const secret = 'a"b/c d+e\\f';
    const hide = hideSent({ headers: { 'X-Api-Key': secret }, queryParameters: {} });
    for (const form of [
      secret,
      JSON.stringify({ secret }).slice(11, -2),
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      new URLSearchParams({ secret }).toString().slice(7),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ])
      assert.match(hide(`<${form}>`), /^<\(hidden\)=?>$/, form);
  });

  it('hides the whole of a secret that begins like another', () => {
    const hide = hideSent({ headers: { 'X-Token': 'abc', 'X-Key': 'abcdef' }, queryParameters: {} });
    assert.equal(hide('abcdef abc'), '(hidden) (hidden)');
  });

  it('leaves short words that are no secrets readable', () => {
    const hide = hideSent({
      headers: { 'X-Scope-OrgID': 'shop' },
      queryParameters: { dedup: 'true', token: 'x', part: 'long-enough' },
    });
    assert.equal(
      hide('no shop, true? token=x part=long-enough'),
      'no shop, true? token=(hidden) part=(hidden)',
    );
  });

  it('changes nothing where nothing was sent', () => {
    assert.equal(hideSent(nothing)('as it is'), 'as it is');
    assert.equal(hideSent({ headers: { 'X-Token': '' }, queryParameters: {} })('as it is'), 'as it is');
  });
});
