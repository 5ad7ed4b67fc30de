import assert from 'node:assert/strict';
import { describeObject, type KubernetesObject } from '../test/support/k8s/kubernetes-object.js';
import { noKustomize, renderKustomization } from '../test/support/k8s/render.js';
import { renderings } from '../test/support/k8s/renderings.js';
import { checkSchema, findUnknownFields } from '../test/support/k8s/validate.js';

describe('every rendered object', () => {
  before(function () {
    if (noKustomize === undefined) return;
    console.warn(`      SKIPPED: ${noKustomize}`);
    this.skip();
  });

  for (const folder of renderings) {
    it(`of ${folder} is valid for its kind and has no unknown field`, async () => {
      const objects = renderKustomization(folder);
      assert.notEqual(objects.length, 0);
      for (const object of objects)
        await assert.doesNotReject(checkSchema(object), `${folder}: ${describeObject(object)}`);
      assert.deepEqual(findUnknownFields(objects), []);
    });
  }
});

describe('the validation itself', () => {
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'sample' },
    spec: { ports: [{ port: 80 }] },
  };

  it('refuses a value of another type', async () => {
    await checkSchema(service);
    await assert.rejects(checkSchema({ ...service, spec: { ports: [{ port: 'eighty' }] } }), /port/);
  });

  it('refuses a kind that it has no schema for', async () => {
    await assert.rejects(checkSchema({ ...service, kind: 'Servise' }), /no schema for v1 Servise/);
  });

  it('finds a misspelled field at any depth, and names the object', () => {
    assert.deepEqual(findUnknownFields([service]), []);
    const misspelled = { ...service, spec: { ports: [{ port: 80, targetPrt: 8080 }] } };
    const [finding, ...others] = findUnknownFields([service, misspelled]);
    assert.deepEqual(others, []);
    assert.match(finding!, /^Service sample: .*targetPrt/);
  });

  it('finds one in a ScaledObject', () => {
    const scaledObject: KubernetesObject = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'sample' },
      spec: { scaleTargetRef: { name: 'sample' }, triggers: [], minReplicas: 1 },
    };
    assert.match(findUnknownFields([scaledObject])[0]!, /minReplicas/);
  });
});
