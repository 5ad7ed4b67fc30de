import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HistoryRecorder } from '../../test/support/history-recorder.js';
import { Notices } from './observer.js';

describe('Notices', () => {
  it('tells each topic and subject when it begins, when it changes and when it ends', () => {
    const recorder = new HistoryRecorder();
    const notices = new Notices('main', recorder);
    notices.report('warnings', undefined, 'load');
    notices.report('warnings', 'store a is down', 'load');
    notices.report('warnings', 'store a is down', 'load');
    notices.report('warnings', 'store a is down', 'other');
    notices.report('clock', 'ahead');
    notices.report('warnings', 'store b is down', 'load');
    notices.report('warnings', undefined, 'load');
    notices.report('warnings', undefined, 'load');
    assert.deepEqual(
      recorder.notices.map(({ topic, subject, message }) => [topic, subject, message]),
      [
        ['warnings', 'load', 'store a is down'],
        ['warnings', 'other', 'store a is down'],
        ['clock', undefined, 'ahead'],
        ['warnings', 'load', 'store b is down'],
        ['warnings', 'load', undefined],
      ],
    );
  });

  it('does not take another number for a change', () => {
    const recorder = new HistoryRecorder();
    const notices = new Notices('main', recorder);
    for (const seconds of [31, 32, 1000]) notices.report('clock', `${seconds} s ahead`);
    assert.deepEqual(
      recorder.notices.map(({ message }) => message),
      ['31 s ahead'],
    );
  });

  it('holds a bounded number of open notices', () => {
    const recorder = new HistoryRecorder();
    const notices = new Notices('main', recorder);
    for (let i = 0; i <= 10_000; i++) notices.report('warnings', 'down', `load${i}`);
    recorder.notices.length = 0;
    notices.report('warnings', 'down', 'load10000');
    assert.equal(recorder.notices.length, 0);
    notices.report('warnings', 'down', 'load0');
    assert.equal(recorder.notices.length, 1);
  });

  it('holds little of long subjects and messages, and tells them apart all the same', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const recorder = new HistoryRecorder();
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const notices = new Notices('main', recorder);
    for (let i = 0; i < 5000; i++) {
      notices.report('warnings', 'down '.repeat(2000), `${'load '.repeat(3000)}${i}`);
      recorder.notices.length = 0;
    }
    collectGarbage();
    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(grown < 5e6, `${grown} bytes for 5000 queries of 15 kB and messages of 10 kB`);
    notices.report('warnings', undefined, `${'load '.repeat(3000)}4999`);
    notices.report('warnings', undefined, `${'load '.repeat(3000)}4999`);
    assert.equal(recorder.notices.length, 1);
  });
});
