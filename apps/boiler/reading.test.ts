import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeReading, encodeReading, type Reading } from './reading.js';

const sample: Reading = {
  id: '0d2c6f6e-9c3e-4b54-8f0e-3f4ffb9a2a11',
  boiler: 'boiler-1',
  measuredAtMs: Date.UTC(2026, 2, 9, 7, 5),
  temperature: 184.12,
  pressure: 10.03,
  steamFlow: 17.5,
  waterLevel: 50.2,
};

describe('a reading’s message', () => {
  it('comes back as the reading that was sent', () => {
    assert.deepEqual(decodeReading(sample.id, encodeReading(sample)), { reading: sample });
  });

  it('carries the id as the message-id property alone', () => {
    assert.equal(encodeReading(sample).toString().includes(sample.id), false);
  });

  const { id: _id, ...content } = sample;
  const poison: [string, unknown, string, RegExp][] = [
    [
      'without an id',
      undefined,
      JSON.stringify(content),
      /message-id property must be .* received undefined/,
    ],
    ['with an id of 65 characters', 'x'.repeat(65), JSON.stringify(content), /1 to 64 letters/],
    ['with an id that a database may fold', 'id ', JSON.stringify(content), /1 to 64 letters/],
    ['that is no JSON', 'a', '{"boiler":', /the body is not JSON/],
    ['that is JSON of another kind', 'a', '[]', /expected object/],
    ['that lacks a measure', 'a', JSON.stringify({ ...content, pressure: undefined }), /pressure/],
    ['with a measure that is a text', 'a', JSON.stringify({ ...content, pressure: '10' }), /pressure/],
    ['with a measure beyond any number', 'a', JSON.stringify(content).replace('10.03', '1e999'), /pressure/],
    ['with fields that nobody knows', 'a', JSON.stringify({ ...content, colour: 'red' }), /colour/],
    ['from before this century', 'a', JSON.stringify({ ...content, measuredAtMs: 0 }), /measuredAtMs/],
  ];
  for (const [name, messageId, body, reason] of poison) {
    it(`is poison ${name}, with the reason`, () => {
      const decoded = decodeReading(messageId, Buffer.from(body));
      assert.equal(decoded.reading, undefined);
      assert.match(decoded.poison!, reason);
      assert.equal(decoded.poison!.includes('\n'), false, 'the reason is one line of a log');
    });
  }

  it('never makes the decoder throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.anything(), (bytes, messageId) => {
        assert.ok(decodeReading(messageId, Buffer.from(bytes)).poison);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        assert.ok(decodeReading('a', Buffer.from(JSON.stringify(json))).poison);
      }),
    );
  });
});
