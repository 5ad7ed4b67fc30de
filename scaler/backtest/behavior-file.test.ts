import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScalerError } from '../shared/errors.js';
import { readBehavior } from './behavior-file.js';

describe('readBehavior', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'behavior-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function read(text: string) {
    const file = join(folder, 'behavior.yaml');
    await writeFile(file, text);
    return readBehavior(file);
  }

  const wanted =
    'scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: Pods, value: 2, periodSeconds: 90 }] }';
  const forms: [name: string, text: string][] = [
    ['a bare behavior', wanted],
    ['a behavior under its key', `behavior: { ${wanted} }`],
    ['a HorizontalPodAutoscaler', `spec: { maxReplicas: 3, behavior: { ${wanted} } }`],
    ['a ScaledObject', `spec: { advanced: { horizontalPodAutoscalerConfig: { behavior: { ${wanted} } } } }`],
  ];
  for (const [name, text] of forms)
    it(`reads ${name} and fills in Kubernetes’ defaults`, async () => {
      const { scaleUp, scaleDown } = await read(text);
      assert.deepEqual(scaleDown, {
        stabilizationWindowSeconds: 60,
        selectPolicy: 'Max',
        policies: [{ type: 'Pods', value: 2, periodSeconds: 90 }],
      });
      assert.deepEqual([scaleUp.stabilizationWindowSeconds, scaleUp.policies.length], [0, 2]);
    });

  const wrong: [name: string, text: string, message: RegExp][] = [
    [
      'a window beyond an hour',
      'scaleDown: { stabilizationWindowSeconds: 3601 }',
      /scaleDown\.stabilizationWindowSec/,
    ],
    [
      'an unknown policy',
      'scaleUp: { policies: [{ type: Nodes, value: 1, periodSeconds: 1 }] }',
      /scaleUp\.policies\.0\.type/,
    ],
    ['an unknown key', 'scaleSideways: {}', /scaleSideways/],
    ['broken YAML', 'scaleUp: [', /cannot read/],
  ];
  for (const [name, text, message] of wrong)
    it(`refuses ${name} in one line`, async () => {
      await assert.rejects(read(text), (error) => {
        assert.ok(error instanceof ScalerError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
});
