import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../scaler/shared/package-root.js';
import { describeObject, type KubernetesObject } from './kubernetes-object.js';

/** The package with the schemas of an API group; the groups of Kubernetes itself are all in one. */
const packageOfGroup: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'cert-manager.io': '@kubernetes-models/cert-manager',
};

/** Where the model of an object's kind is, such as `kubernetes-models/apps/v1`. */
function modelModule({ apiVersion }: KubernetesObject): string {
  const [group] = apiVersion.split('/');
  return `${packageOfGroup[group!] ?? 'kubernetes-models'}/${apiVersion}`;
}

/**
 * Checks an object against the schema of its kind: types, required fields, formats.
 * @throws Error that names the field
 */
export async function checkSchema(object: KubernetesObject): Promise<void> {
  const models = await import(modelModule(object));
  const Model = models[object.kind] as (new (data: object) => { validate(): void }) | undefined;
  if (Model === undefined) throw new Error(`there is no schema for ${object.apiVersion} ${object.kind}`);
  new Model(object).validate();
}

/**
 * Finds fields that the kinds do not have, which schemas let pass and the API server drops or refuses: the compiler
 * checks each object as a literal of its kind's type.
 * @returns one sentence for each such field; empty when there is none
 */
export function findUnknownFields(objects: readonly KubernetesObject[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'manifest-types-'));
  try {
    symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
    const source = objects.map((object, index) => {
      const model = `import('${modelModule(object)}').I${object.kind}`;
      return `const object${index}: ${model} = ${JSON.stringify(object)}; // ${describeObject(object)}\n`;
    });
    writeFileSync(join(folder, 'objects.ts'), `${source.join('')}export {};\n`);
    execFileSync(
      join(packageRoot, 'node_modules/.bin/tsc'),
      ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--pretty', 'false', 'objects.ts'],
      { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return [];
  } catch (error) {
    const output = (error as { stdout?: string }).stdout;
    if (!output) throw error;
    return [...output.matchAll(/^objects\.ts\((\d+),\d+\): error TS\d+: (.*(?:\n {2}.*)*)/gm)].map(
      ([, line, message]) => `${describeObject(objects[Number(line) - 1]!)}: ${message}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
