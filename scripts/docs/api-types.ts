import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../scaler/shared/package-root.js';

/** The types of the API's answers, from the package root. */
export const API_TYPES_FILE = 'scaler/web/api/generated/answers.ts';

/** A schema of docs/openapi.yaml, in those words of JSON Schema that it uses. */
interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly (string | null)[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** What `apiTypesFile` has to say: the schemas of docs/openapi.yaml as types with their descriptions. */
export function apiTypes(): string {
  const { components } = parse(readFileSync(join(packageRoot, 'docs/openapi.yaml'), 'utf8'));
  const types = Object.entries<Schema>(components.schemas).map(
    ([name, schema]) => `\n${comment(schema)}export type ${name} = ${typeOf(schema)};\n`,
  );
  return `/** Written by \`make docs\` from docs/openapi.yaml. */\n${types.join('')}`;
}

function typeOf(schema: Schema): string {
  const { $ref, type, items, oneOf } = schema;
  const literals = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if ($ref) return $ref.replace('#/components/schemas/', '');
  if (oneOf) return oneOf.map(typeOf).join(' | ');
  if (literals) return literals.map((literal) => JSON.stringify(literal)).join(' | ');
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one })).join(' | ');
  if (items) return `ReadonlyArray<${typeOf(items)}>`;
  if (schema.properties) return objectType(schema);
  return type === 'integer' ? 'number' : String(type);
}

function objectType({ properties = {}, required = [] }: Schema): string {
  const lines = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${comment(schema)}readonly ${name}${mark}: ${typeOf(schema)};\n`;
  });
  return `{\n${lines.join('').replaceAll(/^(?=.)/gm, '  ')}}`;
}

function comment({ description }: Schema): string {
  return description === undefined ? '' : `/** ${description} */\n`;
}
