import assert from 'node:assert/strict';
import { OncePerChange } from './once-per-change.js';

describe('a report once per change of state', () => {
  const reports = (problems: (string | undefined)[]): boolean[] => {
    const once = new OncePerChange();
    return problems.map((problem) => once.changed(problem));
  };

  it('is made for each new problem and for its end, not for their repetition', () => {
    assert.deepEqual(reports([undefined, 'down', 'down', 'slow', undefined, undefined, 'down']), [
      false,
      true,
      false,
      true,
      true,
      false,
      true,
    ]);
  });

  it('ignores numbers that count up in a message', () => {
    assert.deepEqual(reports(['failed 1 time', 'failed 12 times', 'failed 13 times']), [true, true, false]);
  });

  it('is made for each subject on its own, however long its name', () => {
    const once = new OncePerChange();
    const [one, other] = [`${'x'.repeat(5000)}1`, `${'x'.repeat(5000)}2`];
    assert.equal(once.changed('down', one), true);
    assert.equal(once.changed('down', other), true);
    assert.equal(once.changed('down', one), false);
    assert.equal(once.changed(undefined, one), true);
    assert.equal(once.changed('down', other), false);
  });

  it('distinguishes long messages that differ at their end', () => {
    const text = 'y'.repeat(5000);
    assert.deepEqual(reports([`${text}a`, `${text}b`, `${text}b`]), [true, true, false]);
  });
});
