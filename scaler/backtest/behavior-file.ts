import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { completeBehavior, type HpaBehavior } from '../hpa/behavior.js';
import { invalid } from '../shared/errors.js';
import { optional, required } from '../shared/fields.js';
import { fileErrorInWords } from '../shared/file-error.js';
import { explain, Problems } from '../shared/problems.js';
import { unsafeYaml } from '../shared/safe-yaml.js';
import { showKey } from '../shared/show.js';

const BY_DEFAULT = "Kubernetes' own";

/** What the messages say of a number or a word; the API server's bounds. */
const whole = (min: number, max: number, meaning: string) =>
  [z.int().min(min).max(max), { form: `a whole number from ${min} to ${max}`, meaning }] as const;
const oneOf = <const T extends string>(words: readonly T[], meaning: string) =>
  [z.enum(words), { form: `one of ${words.join(', ')}`, meaning }] as const;

const policy = z.strictObject({
  type: required(...oneOf(['Pods', 'Percent'], 'what is counted')),
  value: required(...whole(1, 2 ** 31 - 1, 'pods or percent')),
  periodSeconds: required(...whole(1, 1800, 'period of the limit')),
});

const rules = z.strictObject({
  stabilizationWindowSeconds: optional(BY_DEFAULT, ...whole(0, 3600, 'window of past recommendations')),
  selectPolicy: optional(BY_DEFAULT, ...oneOf(['Max', 'Min', 'Disabled'], 'policy that decides')),
  policies: optional(BY_DEFAULT, z.array(policy).min(1), {
    form: 'a list of one or more',
    meaning: 'limits on the rate of change',
  }),
  tolerance: optional(BY_DEFAULT, z.coerce.number().min(0), {
    form: 'a number of 0 or more',
    meaning: 'share by which the metric may miss its target',
  }),
});

const schema = z.strictObject({ scaleUp: rules.optional(), scaleDown: rules.optional() });

/**
 * Reads how the HPA may scale from a YAML file: a bare `behavior`, or the manifest of a HorizontalPodAutoscaler or
 * ScaledObject. The bounds are those of the API server.
 *
 * @throws ScalerError `invalid` with the file, the place, the value and the accepted form
 */
export async function readBehavior(file: string): Promise<HpaBehavior> {
  const document = await readYaml(file);
  const found =
    at(document, 'spec', 'advanced', 'horizontalPodAutoscalerConfig', 'behavior') ??
    at(document, 'spec', 'behavior') ??
    at(document, 'behavior') ??
    document;
  const result = schema.safeParse(found);
  if (result.success) return completeBehavior(result.data);
  const problems = new Problems();
  for (const { path, what } of explain(result.error, schema, found))
    problems.add(`${path.map(showKey).join('.') || 'the document'}: ${what}`);
  problems.throwIfAny(`${file} has no valid \`behavior\` of a HorizontalPodAutoscaler`);
  throw result.error;
}

async function readYaml(file: string): Promise<unknown> {
  try {
    const text = await readFile(file, 'utf8');
    const unsafe = unsafeYaml(text);
    if (unsafe !== undefined) throw new Error(unsafe);
    return parse(text, { logLevel: 'error' });
  } catch (error) {
    const [reason] = fileErrorInWords(error).split('\n', 1);
    throw invalid(`cannot read ${file}: ${reason}; expected YAML`, { cause: error });
  }
}

function at(document: unknown, ...path: readonly string[]): unknown {
  return path.reduce((here, key) => (here as Record<string, unknown> | null | undefined)?.[key], document);
}
