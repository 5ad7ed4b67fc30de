import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { findProgram } from '../../../apps/local-stack/servers/find-program.js';
import { packageRoot } from '../../../scaler/shared/package-root.js';
import type { KubernetesObject } from './kubernetes-object.js';

const kustomize = findProgram('kustomize');
const kubectl = findProgram('kubectl');
const helm = findProgram('helm');
/** The environment for a script that calls the tools: they may be in `.tools`. */
export const withTools = { ...process.env, PATH: `${join(packageRoot, '.tools')}:${process.env.PATH}` };
/** What charts are rendered for: without a cluster, helm assumes the version that it was built with. */
const KUBERNETES_VERSION = '1.32.0';

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
  let objects = rendered.get(folder);
  if (objects === undefined) {
    objects = parseObjects(renderText(join(packageRoot, 'k8s', folder)));
    rendered.set(folder, objects);
  }
  return structuredClone(objects);
}
/** By folder: rendering takes a second of processor time, and the test files of a process share it. */
const rendered = new Map<string, KubernetesObject[]>();

/** The YAML of a kustomization in any folder. */
export function renderText(path: string): string {
  return kubectl === undefined ? run(kustomize!, ['build', path]) : run(kubectl, ['kustomize', path]);
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
export function renderChart(chart: string, options: ChartOptions = {}): KubernetesObject[] {
  return parseObjects(run(helm!, templateArguments(chart, chartFolder(chart), options)));
}

/**
 * Renders what a chart prints after an install, which helm itself does only with a cluster at hand.
 * @throws Error with helm's own words
 */
export function renderNotes(chart: string, set: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'notes-'));
  try {
    cpSync(chartFolder(chart), folder, { recursive: true });
    renameSync(join(folder, 'templates/NOTES.txt'), join(folder, 'notes.txt'));
    writeFileSync(
      join(folder, 'templates/notes.yaml'),
      'data: { notes: {{ tpl (.Files.Get "notes.txt") . | toJson }} }\n',
    );
    const output = run(helm!, [
      ...templateArguments(chart, folder, { set }),
      '--show-only=templates/notes.yaml',
    ]);
    return parseObjects(output)[0]!.data!.notes!;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Looks a chart over with `helm lint`.
 * @throws Error with helm's own words
 */
export function lintChart(chart: string, set: readonly string[]): void {
  const values = [images[chart]!, ...set].flatMap((assignment) => ['--set', assignment]);
  run(helm!, ['lint', '--strict', chartFolder(chart), `--kube-version=${KUBERNETES_VERSION}`, ...values]);
}

/** The images that a release would name, in charts of a checkout. */
const images: Record<string, string> = {
  'predictive-scaler': 'image.repository=predictive-scaler/scaler',
  boiler: 'image.registry=predictive-scaler',
};

function chartFolder(chart: string): string {
  return join(packageRoot, 'k8s/charts', chart);
}

function templateArguments(
  chart: string,
  folder: string,
  { release, namespace, set = [] }: ChartOptions,
): string[] {
  return [
    'template',
    release ?? chart,
    folder,
    `--kube-version=${KUBERNETES_VERSION}`,
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ...[images[chart]!, ...set].flatMap((assignment) => ['--set', assignment]),
  ];
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
