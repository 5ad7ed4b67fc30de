import assert from 'node:assert/strict';
import { alertText } from './alert-publisher.js';

describe('the text of an alert', () => {
  const alert = {
    readingId: 'a',
    boiler: 'boiler-1',
    measure: 'pressure',
    kind: 'limit',
    measuredAtMs: 0,
    value: 12.608,
    expectedLow: 6,
    expectedHigh: 12,
  } as const;

  it('names the boiler, the value and what was expected, in English or Portuguese', () => {
    assert.equal(
      alertText(alert, 'en'),
      'boiler-1: drum pressure is 12.61 bar, expected 6.00 to 12.00 bar (limit)',
    );
    assert.equal(
      alertText({ ...alert, kind: 'deviation' }, 'pt-BR'),
      'boiler-1: pressão do tubulão em 12,61 bar; esperado: de 6,00 a 12,00 bar (desvio)',
    );
  });
});
