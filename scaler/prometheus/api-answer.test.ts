import assert from 'node:assert/strict';
import fc from 'fast-check';
import { finiteOrNaN, readAnswer } from './api-answer.js';
import { RequestFailure } from './request-failure.js';

const read = (answer: unknown) => readAnswer(JSON.stringify(answer), 'application/json');

const success = (resultType: string, result: unknown) => ({
  status: 'success',
  data: { resultType, result },
});

describe('readAnswer', () => {
  it('reads vectors, matrices and scalars alike', () => {
    assert.deepEqual(read(success('vector', [{ metric: { b: '2', a: '1' }, value: [60, '1.5'] }])).series, [
      { labels: '{a="1", b="2"}', samples: [[60, '1.5']] },
    ]);
    const values = [
      [60, '1'],
      [120, 'NaN'],
    ];
    assert.deepEqual(read(success('matrix', [{ metric: {}, values }])), {
      series: [{ labels: '{}', samples: values }],
      samples: 2,
      warnings: [],
    });
    assert.deepEqual(read(success('scalar', [60, '42'])).series, [{ labels: '{}', samples: [[60, '42']] }]);
    assert.deepEqual(read(success('vector', [])), { series: [], samples: 0, warnings: [] });
  });

  it('shows labels on one line, without what could garble it', () => {
    const [series] = read(
      success('vector', [{ metric: { x: 'a\n\u202eb"\u0007' }, value: [0, '1'] }]),
    ).series;
    assert.match(series!.labels, /^\{x="[ -~]*"\}$/);
  });

  it('refuses native histograms and text, and says what to ask instead', () => {
    const histogram = success('matrix', [{ metric: {}, histograms: [] }]);
    assert.throws(() => read(histogram), { kind: 'rejected', message: /histogram_quantile/ });
    assert.throws(() => read(success('string', [0, 'x'])), { kind: 'rejected', message: /gives text/ });
  });

  it('ends every text either in an answer or in a failure that is told in one short line', () => {
    const shapes = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('success', 'error', 'vector', 'matrix', 'scalar', 'NaN', '', null, 0, 1e300),
        fc.string(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            'status',
            'data',
            'resultType',
            'result',
            'metric',
            'value',
            'values',
            'histogram',
            'warnings',
          ),
          tie('value'),
          { maxKeys: 5 },
        ),
      ),
    }));
    const likely = fc
      .tuple(fc.constantFrom('vector', 'matrix', 'scalar', 'string'), shapes.value)
      .map(([resultType, result]) => success(resultType, result));
    const text = fc.oneof(
      fc.oneof(shapes.value, likely).map((value) => JSON.stringify(value)),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (body) => {
        try {
          readAnswer(body, 'application/json');
        } catch (error) {
          assert.ok(error instanceof RequestFailure, String(error));
          assert.ok(error.message.length < 400 && !/[\n\r]/.test(error.message), error.message);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('finiteOrNaN', () => {
  it('reads numbers, and never takes something else for 0', () => {
    assert.deepEqual(['1.5', '-2e3', '0', '-0'].map(finiteOrNaN), [1.5, -2000, 0, -0]);
    for (const text of ['NaN', '+Inf', '-Inf', 'Infinity', '', 'x', '1,5'])
      assert.ok(Number.isNaN(finiteOrNaN(text)), text);
  });
});
