import { readFileSync } from 'node:fs';
import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { invalid } from '../shared/errors.js';
import { fileErrorInWords } from '../shared/file-error.js';
import { unsafeYaml } from '../shared/safe-yaml.js';
import { show } from '../shared/show.js';
import { isStructured } from './settings.js';

/** A configuration file that is valid YAML; its keys are not checked yet. */
export interface ConfigFile {
  /** Settings by group and name, as the text in the file and without nulls; structured groups as plain data. */
  readonly data: Record<string, unknown>;
  /** `file:line:column` of a path, or of its nearest parent in the file. */
  position(path: readonly PropertyKey[]): string;
}

/** Stands in where there is no file. */
export const noFile: ConfigFile = {
  data: {},
  position: () => 'the environment',
};

/** Warnings of the parser would go to standard error and repeat lines of the file. */
const options = { prettyErrors: false, stringKeys: true, logLevel: 'error' } as const;

/**
 * Reads a configuration file.
 *
 * @throws ScalerError `invalid` with file, line and column when it cannot be read or is broken.
 */
export function readConfigFile(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(
      `cannot read the configuration file ${show(path)} (${fileErrorInWords(error, 'there is none')})`,
      { cause: error },
    );
  }
  const unsafe = unsafeYaml(text);
  if (unsafe !== undefined) throw invalid(`${path}: the configuration cannot be read: ${unsafe}`);
  const lines = new LineCounter();
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  // The message of the parser may repeat a secret; its code does not.
  const [broken] = document.errors;
  const words = broken?.code.toLowerCase().replaceAll('_', ' ');
  if (broken !== undefined) throw invalid(`${at(broken.pos[0])}: broken YAML (${words})`);
  const { contents } = document;
  if (contents !== null && !isMap(contents) && !(isScalar(contents) && contents.value === null))
    throw invalid(`${path}:1:1: expected a map of settings, such as "grpc:" and "sources:"`);

  visit(document, {
    Pair: (_at, { key }) => {
      // zod ignores a key of this name.
      if (isScalar(key) && key.value === '__proto__')
        throw invalid(`${at(key.range?.[0] ?? 0)}: __proto__: there is no such setting`);
    },
  });

  return {
    data: withWrittenText(plain(document, path) ?? {}, text),
    position: (wanted) => at(offsetOf(document, wanted)),
  };
}

/** The document as plain data. @throws ScalerError when aliases would make it far larger than the file */
function plain(document: Document, path: string): Record<string, unknown> | null {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // The library's error for too many aliases; anything else is a bug.
    if (!(error instanceof ReferenceError)) throw error;
    throw invalid(`${path}: its aliases (*name) repeat more than 100 values; write them out`, {
      cause: error,
    });
  }
}

/** Settings are read from text, so `0123` and `1e3` must arrive as they are in the file; null means "not given". */
function withWrittenText(data: Record<string, unknown>, text: string): Record<string, unknown> {
  const written = parseDocument(text, { ...options, schema: 'failsafe' }).toJS();
  for (const [group, settings] of Object.entries(data)) {
    if (settings === null) delete data[group];
    else if (!isStructured(group) && typeof settings === 'object' && !Array.isArray(settings))
      // A new map, because groups may share one by an alias.
      data[group] = Object.fromEntries(
        Object.entries(settings)
          .filter(([, value]) => value !== null)
          .map(([name, value]) => [name, typeof value === 'object' ? value : written[group][name].trim()]),
      );
  }
  return data;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else {
      const inner = (node as { get?: (key: unknown, keep: boolean) => unknown } | null)?.get?.(part, true);
      const range = (inner as Node | undefined)?.range;
      if (range === undefined || range === null) break;
      offset = range[0];
      node = inner;
    }
  }
  return offset;
}
