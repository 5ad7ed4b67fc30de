import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../shared/configuration-error.js';
import { isUrl } from '../shared/environment.js';

/** One application whose resources are announced. */
export interface Deployment {
  /** The application's name: one word of a topic. */
  readonly name: string;
  /** The values that each resource may take, as written in the file (`0.50` stays `0.50`). */
  readonly metrics: ReadonlyMap<string, readonly string[]>;
}

/** What the file says. */
export interface SenderFile {
  /** The address of RabbitMQ, if the file has it. */
  readonly uri: string | undefined;
  readonly deployments: readonly Deployment[];
}

const value = z.union([z.number(), z.string(), z.boolean()], { error: 'expected a number or a text' });

const content = z.strictObject({
  connection: z
    .strictObject({
      uri: z.string().refine(isBrokerUri, {
        error: 'expected an address that begins with amqp:// or amqps:// and a host (value hidden)',
      }),
    })
    .optional(),
  deployments: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[^\s.*#]{1,100}$/, {
          error:
            'expected a name of one word without blanks, dots, * and #: it becomes the topic Metrics.{name}',
        }),
        metrics: z
          .record(z.string(), z.array(value).min(1, { error: 'expected at least one value to pick from' }))
          .refine((metrics) => Object.keys(metrics).length > 0, { error: 'expected at least one metric' }),
      }),
    )
    .min(1, { error: 'expected at least one application' })
    .superRefine((deployments, context) => {
      deployments.forEach(({ name }, index) => {
        if (deployments.findIndex((other) => other.name === name) < index) {
          context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${name}" is there already` });
        }
      });
    }),
});

/**
 * Reads the file that says which applications there are and which values their resources take.
 *
 * @param path where it is, from `CONFIG_PATH`
 * @throws ConfigurationError when it is missing or unreadable; and, with line and column, when it is not YAML or says
 *   something else than {@link SenderFile}
 */
export async function readSenderFile(path: string): Promise<SenderFile> {
  return parseSenderFile(await readText(path), path);
}

/**
 * The same for a text.
 * @param path stands before line and column in errors
 */
export function parseSenderFile(text: string, path: string): SenderFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [broken] = document.errors;
  if (broken)
    throw new ConfigurationError(`${at(broken.pos[0])}: the file is not valid YAML: ${broken.message}`);

  const parsed = content.safeParse(document.toJS());
  if (!parsed.success) {
    const complaints = parsed.error.issues.map((issue) => {
      const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
      const where = at(offsetOf(document, issue.path, key));
      return `${where}: ${[nameOf(issue.path), issue.message].filter(Boolean).join(': ')}`;
    });
    throw new ConfigurationError(complaints.join('\n'));
  }
  return {
    uri: parsed.data.connection?.uri,
    deployments: parsed.data.deployments.map(({ name, metrics }, index) => ({
      name,
      metrics: new Map(
        Object.entries(metrics).map(([metric, values]) => [
          metric,
          values.map((item, position) =>
            asWritten(document, ['deployments', index, 'metrics', metric, position], item),
          ),
        ]),
      ),
    })),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file. Put it there, or set CONFIG_PATH to where it is.'
        : code === 'EACCES'
          ? 'this user may not read it.'
          : code === 'EISDIR'
            ? 'it is a folder. Set CONFIG_PATH to the file in it.'
            : message;
    throw new ConfigurationError(`cannot read the configuration file ${path}: ${reason}`, { cause: error });
  }
}

/** Where in the text the value at a path is, or the nearest value around it that exists; or one of its keys. */
function offsetOf(document: Document, path: readonly PropertyKey[], key: string | undefined): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (!isNode(node)) continue;
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    return node.range?.[0] ?? 0;
  }
  return 0;
}

/** `deployments[0].metrics.cpu` */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

/** A number keeps the digits that it was written with. */
function asWritten(
  document: Document,
  path: readonly PropertyKey[],
  parsed: number | string | boolean,
): string {
  const node = document.getIn(path, true);
  return typeof parsed !== 'string' && isScalar(node) && node.source !== undefined
    ? node.source
    : String(parsed);
}

function isBrokerUri(text: string): boolean {
  return isUrl(text, ['amqp:', 'amqps:']);
}
