import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Series } from '../forecast/types.js';
import { StepBuffer } from './step-buffer.js';

/** A series on a 60 s grid whose value in step n is n and whose peak is n + 0.5. */
function steps(from: number, to: number): Required<Series> {
  const values = Float64Array.from({ length: to - from }, (_, i) => from + i);
  return { startSeconds: from * 60, stepSeconds: 60, values, peaks: values.map((value) => value + 0.5) };
}

describe('StepBuffer', () => {
  it('keeps the newest steps that fit', () => {
    const buffer = new StepBuffer(60, 4);
    buffer.restart(100);
    buffer.write(steps(100, 103));
    buffer.write(steps(103, 106));
    assert.deepEqual([buffer.first, buffer.end], [102, 106]);
    assert.deepEqual(buffer.read(102, 106), steps(102, 106));
  });

  it('takes older steps in front when there is room', () => {
    const buffer = new StepBuffer(60, 10);
    buffer.restart(100);
    buffer.write(steps(100, 103));
    buffer.write(steps(97, 100));
    assert.deepEqual(buffer.read(buffer.first, buffer.end), steps(97, 103));
  });

  it('starts again where it is told to', () => {
    const buffer = new StepBuffer(60, 10);
    buffer.restart(100);
    buffer.write(steps(100, 103));
    buffer.restart(200);
    buffer.write(steps(200, 202));
    assert.deepEqual(buffer.read(buffer.first, buffer.end), steps(200, 202));
  });

  it('leaves out older steps that have no room any more', () => {
    const buffer = new StepBuffer(60, 4);
    buffer.restart(100);
    buffer.write(steps(100, 104));
    buffer.write(steps(90, 95));
    assert.deepEqual(buffer.read(buffer.first, buffer.end), steps(100, 104));
  });

  it('knows which steps are known', () => {
    const buffer = new StepBuffer(60, 10);
    buffer.restart(100);
    const values = Float64Array.of(1, Number.NaN, 3);
    buffer.write({ startSeconds: 6000, stepSeconds: 60, values });
    assert.deepEqual(
      [99, 100, 101, 102, 103].map((step) => buffer.isKnown(step)),
      [false, true, false, true, false],
    );
  });

  it('holds what a plain list of the newest steps would hold, however it is filled and resized', () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ kind: fc.constant('resize' as const), count: fc.integer({ min: 1, max: 12 }) }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(action, { maxLength: 30 }),
        (capacity, actions) => {
          const buffer = new StepBuffer(60, capacity);
          buffer.restart(1000);
          buffer.write(steps(1000, 1001));
          let held = [1000];
          for (const { kind, count } of actions) {
            if (kind === 'resize') buffer.resize(count);
            else {
              const end = held.at(-1)! + 1;
              buffer.write(steps(end, end + count));
              held.push(...steps(end, end + count).values);
            }
            held = held.slice(-buffer.capacity);
            assert.deepEqual([...buffer.read(buffer.first, buffer.end).values], held);
          }
        },
      ),
    );
  });
});
