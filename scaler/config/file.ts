import { readFileSync } from 'node:fs';
import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { ScalerError } from '../shared/errors.js';
import { unsafeYaml } from '../shared/safe-yaml.js';
import { show } from '../shared/show.js';

/** A value of the file that is no map and no list. */
export interface FileValue {
  /** As it was written, without quotes. */
  readonly text: string;
  /** `file:line:column`, for messages. */
  readonly at: string;
}

/** A configuration file that is sound YAML. What its keys mean is for others. */
export interface ConfigFile {
  /** The settings by path; null values, which mean "not given", are left out. */
  readonly values: ReadonlyMap<string, FileValue | { readonly at: string; readonly kind: 'map' | 'list' }>;
  /** The part under `sources` as plain data; undefined where there is none. */
  readonly sources: unknown;
  /** `file:line:column` of a path, or of the nearest one above it that the file has. */
  position(path: readonly PropertyKey[]): string;
}

/** What an absent file says. */
export const noFile: ConfigFile = {
  values: new Map(),
  sources: undefined,
  position: () => 'the environment',
};

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
    const { code } = error as NodeJS.ErrnoException;
    throw new ScalerError(
      'invalid',
      `cannot read the configuration file ${show(path)} (${code === 'ENOENT' ? 'there is none' : code})`,
      { cause: error },
    );
  }
  return parseConfigFile(text, path);
}

/** The same for a text that is there already. @param path name of the file, for messages */
export function parseConfigFile(text: string, path: string): ConfigFile {
  const unsafe = unsafeYaml(text);
  if (unsafe !== undefined)
    throw new ScalerError('invalid', `${path}: the configuration cannot be read: ${unsafe}`);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // Its warnings go to standard error and repeat lines of the file.
    logLevel: 'error',
  });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  // The message of the parser may repeat what stands at the place; its code does not, and a secret may stand there.
  const [broken] = document.errors;
  if (broken !== undefined)
    throw new ScalerError('invalid', `${at(broken.pos[0])}: broken YAML (${explain(broken.code)})`);
  const { contents } = document;
  if (contents !== null && !isMap(contents) && !(isScalar(contents) && contents.value === null))
    throw new ScalerError(
      'invalid',
      `${path}:1:1: expected a map of settings, such as "grpc:" and "sources:"`,
    );

  visit(document, {
    Pair: (_at, { key }) => {
      // What checks the data does not see a key of this name, which would then be ignored without a word.
      if (isScalar(key) && key.value === '__proto__')
        throw new ScalerError('invalid', `${at(key.range?.[0] ?? 0)}: __proto__: there is no such setting`);
    },
  });

  return {
    values: flatten(document, at),
    sources: plain(document, path)?.sources ?? undefined,
    position: (wanted) => at(offsetOf(document, wanted)),
  };
}

/** The document as plain data. @throws ScalerError where aliases would make very much of little. */
function plain(document: Document, path: string): { readonly sources?: unknown } | null {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // The library's word for too many aliases; anything else is a fault of ours.
    if (!(error instanceof ReferenceError)) throw error;
    throw new ScalerError(
      'invalid',
      `${path}: its aliases (*name) repeat more than 100 values; write them out`,
      { cause: error },
    );
  }
}

function flatten(document: Document, at: (offset: number) => string): ConfigFile['values'] {
  const values = new Map<string, FileValue | { at: string; kind: 'map' | 'list' }>();
  const visit = (node: unknown, path: string, offset: number, depth: number): void => {
    const value = isAlias(node) ? node.resolve(document) : node;
    if (isMap(value) && depth < 2) {
      for (const { key, value: inner } of value.items) {
        const name = String(isScalar(key) ? key.value : key);
        const inside = path === '' ? name : `${path}.${name}`;
        if (inside !== 'sources') visit(inner, inside, (key as Node).range?.[0] ?? offset, depth + 1);
      }
    } else if (isScalar(value)) {
      if (value.value !== null)
        values.set(path, { text: (value.source ?? String(value.value)).trim(), at: at(offset) });
    } else if (value !== null && value !== undefined) {
      values.set(path, { kind: isMap(value) ? 'map' : 'list', at: at(offset) });
    }
  };
  visit(document.contents, '', 0, 0);
  return values;
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

/** A parser's code in words: `BAD_INDENT` as `bad indent`. */
function explain(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}
