import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../scaler/shared/package-root.js';

/** One `COPY` of a stage. */
export interface Copy {
  /** The stage it copies from, or `undefined` for the build context. */
  from: string | undefined;
  sources: string[];
  destination: string;
}

/** One stage of the Dockerfile with what it inherits from the stages it is built on. */
export interface Stage {
  name: string;
  /** The image or stage after FROM, build arguments filled in. */
  base: string;
  copies: Copy[];
  user: string | undefined;
  ports: number[];
  /** The command of HEALTHCHECK, `[]` for NONE, `undefined` when there is none. */
  healthCheck: string[] | undefined;
  entrypoint: string[] | undefined;
  command: string[];
}

/** What an image starts: a program of Node.js, with options of Node.js before it. */
export function entryPointOf({ name, entrypoint = [] }: Stage): {
  command: string;
  options: string[];
  program: string;
} {
  const [command, ...words] = entrypoint;
  const at = words.findIndex((word) => !word.startsWith('-'));
  if (command === undefined || at < 0) throw new Error(`Dockerfile: ${name} starts no program`);
  return { command, options: words.slice(0, at), program: words[at]! };
}

/** Reads the stages of the root's Dockerfile, in order. Understands the instructions that this file uses. */
export function readDockerfile(): Map<string, Stage> {
  const text = readFileSync(join(packageRoot, 'Dockerfile'), 'utf8').replaceAll(/\\\n/g, ' ');
  const stages = new Map<string, Stage>();
  const globalArguments = new Map<string, string>();
  let stage: Stage | undefined;
  for (const line of text.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
    const [instruction, ...words] = line.trim().split(/\s+/) as [string, ...string[]];
    const rest = line.trim().slice(instruction.length).trim();
    if (instruction === 'ARG' && stage === undefined) {
      const [name, value] = rest.split('=') as [string, string];
      globalArguments.set(name, value);
    } else if (instruction === 'FROM') {
      const base = words[0]!.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => globalArguments.get(name) ?? '');
      const parent = stages.get(base);
      stage = {
        copies: [],
        user: undefined,
        ports: [],
        healthCheck: undefined,
        entrypoint: undefined,
        command: [],
        ...structuredClone(parent),
        name: words[2]!,
        base,
      };
      stages.set(stage.name, stage);
    } else if (stage === undefined) {
      throw new Error(`Dockerfile: ${instruction} before the first FROM`);
    } else {
      apply(stage, instruction, words, rest);
    }
  }
  return stages;
}

function apply(stage: Stage, instruction: string, words: string[], rest: string): void {
  switch (instruction) {
    case 'COPY': {
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      const paths = words.filter((word) => !word.startsWith('--'));
      stage.copies.push({ from, sources: paths.slice(0, -1), destination: paths.at(-1)! });
      break;
    }
    case 'USER':
      stage.user = rest;
      break;
    case 'EXPOSE':
      stage.ports.push(...words.map(Number));
      break;
    case 'HEALTHCHECK':
      stage.healthCheck = rest === 'NONE' ? [] : (JSON.parse(rest.slice(rest.indexOf('['))) as string[]);
      break;
    case 'ENTRYPOINT':
      stage.entrypoint = JSON.parse(rest) as string[];
      break;
    case 'CMD':
      stage.command = JSON.parse(rest) as string[];
      break;
    case 'RUN':
    case 'ENV':
    case 'WORKDIR':
    case 'STOPSIGNAL':
      break;
    default:
      throw new Error(`Dockerfile: ${instruction} is not understood here; teach it to this reader`);
  }
}
