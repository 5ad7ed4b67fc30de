import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { describeVariables, readEnvironment } from '../../../../apps/shared/environment.js';
import { commonVariables } from '../../../../apps/shared/run-program.js';
import { loadConfig } from '../../../../scaler/config/load.js';
import { readDockerfile } from '../../compose/dockerfile.js';
import { appVariables } from '../../compose/programs.js';
import { containersOf, describeObject, type KubernetesObject, podTemplate } from '../kubernetes-object.js';

const ours = /^(?:.*\/)?predictive-scaler\/([\w-]+):(.+)$/;
const stages = readDockerfile();
/** Secrets stand for text of any form; an address must have the form of one. */
const sampleSecrets: Record<string, string> = { uri: 'amqp://user:password@rabbitmq:5672/' };

/**
 * Containers of our own images: the image is built by the Dockerfile and has the version, the ports are those that the
 * image exposes, and the program knows its variables and takes their values. Images of others are pinned.
 *
 * @param version the tag that our images must have
 */
export function checkPrograms(objects: readonly KubernetesObject[], version: string): string[] {
  const problems: string[] = [];
  for (const object of objects) {
    const template = podTemplate(object);
    if (template === undefined) continue;
    for (const container of containersOf(template)) {
      const complain = (what: string) =>
        problems.push(`${describeObject(object)}, ${container.name}: ${what}`);
      const [, target, tag] = ours.exec(container.image) ?? [];
      if (target === undefined) {
        if (!/:v?\d+\.\d+\.\d+(-[\w.]+)?$/.test(container.image))
          complain(`${container.image} is not pinned to a full version`);
        continue;
      }
      if (tag !== version) complain(`${container.image} is not of the version ${version}`);
      const stage = stages.get(target);
      if (stage?.entrypoint === undefined) {
        complain(`the Dockerfile has no target ${target}`);
        continue;
      }
      for (const { containerPort } of container.ports ?? [])
        if (!stage.ports.includes(containerPort)) complain(`${target} does not listen on ${containerPort}`);
      const environment = Object.fromEntries(
        (container.env ?? []).map(({ name, value, valueFrom }) => [
          name,
          value ?? sampleSecrets[valueFrom!.secretKeyRef.key] ?? 'sample',
        ]),
      );
      for (const problem of checkEnvironment(target, environment, configOf(objects, object)))
        complain(problem);
    }
  }
  return problems;
}

/** The scaler's configuration file as a ConfigMap of its namespace has it. */
function configOf(objects: readonly KubernetesObject[], { metadata }: KubernetesObject): string | undefined {
  return objects.find(
    ({ kind, metadata: found }) => kind === 'ConfigMap' && found.namespace === metadata.namespace,
  )?.data?.['scaler.yaml'];
}

function checkEnvironment(
  target: string,
  environment: Record<string, string>,
  config: string | undefined,
): string[] {
  try {
    if (target === 'scaler') return checkScaler(environment, config);
    const schema = appVariables[target];
    if (schema === undefined) return Object.keys(environment).map((name) => `${target} knows no ${name}`);
    const all = z.object({ ...commonVariables.shape, ...schema.shape });
    readEnvironment(all, environment);
    const known = describeVariables(all).map(({ name }) => name);
    return Object.keys(environment)
      .filter((name) => !known.includes(name))
      .map((name) => `${target} knows no ${name}`);
  } catch (error) {
    return [(error as Error).message];
  }
}

function checkScaler(environment: Record<string, string>, config: string | undefined): string[] {
  if (environment.SCALER_CONFIG_FILE === undefined || config === undefined)
    return [...loadConfig({ environment }).notices];
  const folder = mkdtempSync(join(tmpdir(), 'scaler-config-'));
  try {
    const file = join(folder, 'scaler.yaml');
    writeFileSync(file, config);
    return [...loadConfig({ environment, file }).notices];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
