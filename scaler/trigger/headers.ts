import type { z } from 'zod';
import { ValidationError } from '../shared/fields.js';
import { messageOf } from '../shared/problems.js';
import { headersSchema, queryParametersSchema } from '../shared/request-fields.js';

/**
 * Checks one header that a trigger adds to requests, by the rules for the headers of a named source: the name is a
 * token, the value printable, and the header not one that the client sets itself.
 *
 * @throws ValidationError, which names the header only when that cannot be a slip that put a secret in the place of the name.
 */
export function checkHeader(name: string, value: string): void {
  check(headersSchema, 'header', name, value);
}

/** The same for one parameter that a trigger adds to requests. */
export function checkQueryParameter(name: string, value: string): void {
  check(queryParametersSchema, 'parameter', name, value);
}

function check(schema: z.ZodType, what: string, name: string, value: string): void {
  const [issue] = schema.safeParse({ [name]: value }).error?.issues ?? [];
  if (issue === undefined) return;
  const message = messageOf(issue);
  const isPlain = /^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(name);
  throw new ValidationError(isPlain ? `${what} "${name}": ${message}` : message);
}
