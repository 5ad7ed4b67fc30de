import assert from 'node:assert/strict';
import { textTable } from './text-table.js';

describe('a table of text', () => {
  const rows = [
    ['', 'pods', 'note'],
    ['shop', '12', ''],
  ];

  it('aligns names to the left and numbers to the right, without spaces at the end of a line', () => {
    assert.deepEqual(textTable(rows, { left: [0, 2] }), ['      pods  note', 'shop    12']);
  });

  it('makes columns wider where that is asked for', () => {
    assert.deepEqual(textTable(rows, { minWidth: 6 })[1], 'shop        12');
  });
});
