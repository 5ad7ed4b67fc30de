import assert from 'node:assert/strict';
import { testSnapshot } from '../../test/support/test-snapshot.js';
import { ScalerError } from '../shared/errors.js';
import { StateChanges } from './state-changes.js';
import type { Answer, Snapshot } from './types.js';

const answerOf = (change: Partial<Snapshot> = {}): Answer => ({ snapshot: testSnapshot(change) });

describe('StateChanges', () => {
  it('takes down the first state and then only what differs from the one before', () => {
    const changes = new StateChanges();
    changes.note(10, answerOf({ reason: 'warming-up', stage: 'observed' }));
    changes.note(20, answerOf({ reason: 'warming-up', stage: 'observed' }));
    changes.note(30, answerOf({ stage: 'daily' }));
    changes.note(40, answerOf({ stage: 'daily', active: false }));
    const forecasting = { reason: 'forecast', status: 'forecasting', stage: 'daily' } as const;
    assert.deepEqual(changes.list(), [
      {
        atSeconds: 10,
        state: { reason: 'warming-up', status: 'warming-up', stage: 'observed', active: true },
      },
      { atSeconds: 30, state: { ...forecasting, active: true } },
      { atSeconds: 40, state: { ...forecasting, active: false } },
    ]);
  });

  it('does not count whether the load or the coming peak is the larger', () => {
    const changes = new StateChanges();
    changes.note(10, answerOf());
    changes.note(20, answerOf({ reason: 'observed' }));
    changes.note(30, answerOf());
    assert.equal(changes.list().length, 1);
  });

  it('takes down an error once, with its message, and the way out of it', () => {
    const changes = new StateChanges();
    const error = new ScalerError('unavailable', 'connection refused');
    changes.note(10, { error });
    changes.note(20, { error: new ScalerError('unavailable', 'no answer for 20 s') });
    changes.note(30, answerOf());
    assert.deepEqual(
      changes
        .list()
        .map(({ atSeconds, state }) => [atSeconds, 'error' in state ? state.message : 'answered']),
      [
        [10, 'connection refused'],
        [30, 'answered'],
      ],
    );
  });

  it('forgets all but the latest', () => {
    const changes = new StateChanges();
    for (let at = 0; at < 100; at++) changes.note(at, answerOf({ active: at % 2 === 0 }));
    const kept = changes.list();
    assert.equal(kept.length, 30);
    assert.equal(kept.at(-1)?.atSeconds, 99);
  });
});
