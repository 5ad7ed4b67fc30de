import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../scaler/package-root.js';
import { findProgram } from './find-program.js';
import type { KubernetesObject } from './kubernetes-object.js';

const kustomize = findProgram('kustomize');
const kubectl = findProgram('kubectl');
const helm = findProgram('helm');

/** Why kustomizations cannot be rendered here; undefined when they can. */
export const noKustomize =
  kustomize === undefined && kubectl === undefined
    ? 'neither kubectl nor kustomize is here: "make tools" gets kustomize'
    : undefined;

/** Why charts cannot be rendered here; undefined when they can. */
export const noHelm = helm === undefined ? 'helm is not here: "make tools" gets it' : undefined;

/**
 * Renders a kustomization.
 * @param folder below k8s/, such as `overlays/kind`
 * @throws Error with kustomize's own words
 */
export function renderKustomization(folder: string): KubernetesObject[] {
  const path = join(packageRoot, 'k8s', folder);
  const output = kubectl === undefined ? run(kustomize!, ['build', path]) : run(kubectl, ['kustomize', path]);
  return parseObjects(output);
}

/** How a chart is rendered. */
export interface ChartOptions {
  /** @default the chart's name */
  readonly release?: string;
  readonly namespace?: string;
  /** `--set` arguments, such as `tls.enabled=true`. */
  readonly set?: readonly string[];
}

/**
 * Renders a chart.
 * @param chart a folder of k8s/charts/
 * @throws Error with helm's own words
 */
export function renderChart(
  chart: string,
  { release, namespace, set = [] }: ChartOptions = {},
): KubernetesObject[] {
  return parseObjects(
    runHelm([
      'template',
      release ?? chart,
      join(packageRoot, 'k8s/charts', chart),
      ...(namespace === undefined ? [] : ['--namespace', namespace]),
      ...set.flatMap((assignment) => ['--set', assignment]),
    ]),
  );
}

/** Runs helm and gives its output. Its caches go nowhere near the user's. */
export function runHelm(args: readonly string[]): string {
  return run(helm!, args);
}

function run(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')}: ${(error as { stderr?: string }).stderr ?? error}`, {
      cause: error,
    });
  }
}

function parseObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors.length > 0) throw document.errors[0]!;
      return document.toJS() as KubernetesObject | null;
    })
    .filter((object) => object !== null);
}
