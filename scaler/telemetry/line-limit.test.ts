import assert from 'node:assert/strict';
import { RecordedLog } from '../../test/support/recorded-log.js';
import { LineLimit } from './line-limit.js';

describe('the bound on lines about one subject', () => {
  it('leaves out what is beyond it, says so once, and says later how many', () => {
    let nowSeconds = 600;
    const { log, lines } = new RecordedLog();
    const limit = new LineLimit(log, () => nowSeconds, 3);
    const admitted = () => Array.from({ length: 10 }, () => limit.admits('namespace noisy')).filter(Boolean);
    assert.equal(admitted().length, 3);
    assert.ok(limit.admits('namespace quiet'), 'others are not limited');
    assert.equal(admitted().length, 0);
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ["more than 3 lines in a minute are about namespace noisy; the rest of this minute's are left out"],
    );
    nowSeconds += 60;
    assert.equal(admitted().length, 3);
    assert.equal(lines[1]?.msg, 'lines about namespace noisy were left out');
    assert.equal(lines[1]?.leftOut, 17);
    assert.equal(lines.length, 3);
  });
});
