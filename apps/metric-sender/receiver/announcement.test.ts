import assert from 'node:assert/strict';
import { announcement } from './announcement.js';

describe('what the receiver prints', () => {
  it('is a block with the application and its resources', () => {
    assert.equal(
      announcement('app1', { cpu: '0.8', memory: '512' }),
      `========================================
Aplicação: app1
Recursos recebidos:
  - cpu: 0.8
  - memory: 512
========================================`,
    );
  });

  it('leaves out the headers that tracing adds on the way', () => {
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', cpu: '0.5' };
    assert.deepEqual(announcement('app1', headers).split('\n').slice(2, -1), [
      'Recursos recebidos:',
      '  - cpu: 0.5',
    ]);
  });
});
