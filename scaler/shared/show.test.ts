import assert from 'node:assert/strict';
import { showAddress } from './redact.js';

describe('an address in a message', () => {
  for (const [address, shown] of [
    ['http://prometheus:9090/prefix', '"http://prometheus:9090/prefix"'],
    ['http://ann:secret@prometheus:9090?token=secret', '"http://prometheus:9090"'],
    ['http://ann:sec/ret@prometheus:9090', '"http://prometheus:9090"'],
    ['http://ann:sec@ret@prometheus:9090', '"http://prometheus:9090"'],
    ['ann:secret@prometheus:9090', '"prometheus:9090"'],
    ['http://prometheus:9090#secret', '"http://prometheus:9090"'],
    ['http://ann:secret#secret@prometheus:9090', '"http://(hidden)"'],
    ['http://ann:secret?secret@prometheus:9090', '"http://(hidden)"'],
    ['http://ann:se@secret#secret@prometheus:9090', '"http://(hidden)"'],
    ['http://prometheus:9090?mail=a@secret', '"http://(hidden)"'],
  ])
    it(`holds no secret of ${address}`, () => {
      assert.equal(showAddress(address!), shown);
    });
});
