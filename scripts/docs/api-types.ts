import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { parse } from 'yaml';
import { packageRoot } from '../../scaler/shared/package-root.js';

/** The types of the API's answers, from the package root. */
export const apiTypesFile = 'scaler/web/api/generated/answers.ts';

/** What `apiTypesFile` has to say: the schemas of docs/openapi.yaml as types with their descriptions. */
export async function apiTypes(): Promise<string> {
  const { components } = parse(readFileSync(join(packageRoot, 'docs/openapi.yaml'), 'utf8'), prepared);
  const answers = ['TriggerList', 'TriggerDetail', 'Failure'].map((name) => ({ $ref: `#/$defs/${name}` }));
  const schema: JSONSchema = { oneOf: answers, $defs: components.schemas };
  return await compile(schema, 'Answer', {
    bannerComment: '/** Written by `make docs` from docs/openapi.yaml. */',
    style: { singleQuote: true, printWidth: 110 },
  });
}

/** A part of the description as the generator needs it. */
function prepared(key: unknown, value: unknown): unknown {
  if (key === '$ref') return (value as string).replace('#/components/schemas/', '#/$defs/');
  if (typeof value !== 'object' || value === null || !('type' in value || '$ref' in value)) return value;
  // A title would become the name of a type.
  const { title: _, $ref, ...rest } = value as { title?: string; $ref?: string };
  if ($ref === undefined) return rest;
  // A reference with a description of its own would become another type.
  return Object.keys(rest).length === 0 ? { $ref } : { ...rest, allOf: [{ $ref }] };
}
