import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { completeBehaviour, type HpaBehaviour, type ScalingRules } from '../hpa/behaviour.js';
import { ScalerError } from '../shared/errors.js';
import { unsafeYaml } from '../shared/safe-yaml.js';
import { show } from '../shared/show.js';

const policy = z.strictObject({
  type: z.enum(['Pods', 'Percent']),
  value: z.int().positive(),
  periodSeconds: z.int().min(1).max(1800),
});

const rules = z.strictObject({
  stabilizationWindowSeconds: z.int().min(0).max(3600).optional(),
  selectPolicy: z.enum(['Max', 'Min', 'Disabled']).optional(),
  policies: z.array(policy).min(1).optional(),
  tolerance: z.coerce.number().min(0).optional(),
});

const behaviour = z.strictObject({ scaleUp: rules.optional(), scaleDown: rules.optional() });

const FORM =
  'a `behavior` as in a HorizontalPodAutoscaler (scaleUp and scaleDown with stabilizationWindowSeconds, selectPolicy, policies, tolerance), alone or inside a HorizontalPodAutoscaler or ScaledObject';

/**
 * Reads how the HPA may scale from a YAML file: a bare `behavior`, or a manifest that holds one. The bounds are those
 * of the API server.
 *
 * @throws ScalerError `invalid` with the file, the place and the accepted form
 */
export async function readBehaviour(file: string): Promise<HpaBehaviour> {
  const document = await readYaml(file);
  const found =
    at(document, 'spec', 'advanced', 'horizontalPodAutoscalerConfig', 'behavior') ??
    at(document, 'spec', 'behavior') ??
    at(document, 'behavior') ??
    document;
  const result = behaviour.safeParse(found);
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue!.path.join('.') || 'the document';
    const problem =
      issue!.code === 'unrecognized_keys' ? `there is no key ${show(issue!.keys[0]!)}` : issue!.message;
    throw new ScalerError('invalid', `${file}: ${place}: ${problem}; expected ${FORM}`);
  }
  return completeBehaviour({
    scaleUp: settled(result.data.scaleUp),
    scaleDown: settled(result.data.scaleDown),
  });
}

async function readYaml(file: string): Promise<unknown> {
  try {
    const text = await readFile(file, 'utf8');
    const unsafe = unsafeYaml(text);
    if (unsafe !== undefined) throw new Error(unsafe);
    return parse(text, { logLevel: 'error' });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new ScalerError('invalid', `cannot read ${file}: ${reason}; expected ${FORM}`, { cause: error });
  }
}

function at(document: unknown, ...path: readonly string[]): unknown {
  let here = document;
  for (const key of path) here = (here as Record<string, unknown> | null | undefined)?.[key];
  return here;
}

function settled(given: z.infer<typeof rules> = {}): Partial<ScalingRules> {
  const { stabilizationWindowSeconds, ...others } = given;
  return stabilizationWindowSeconds === undefined
    ? others
    : { ...others, stabilisationWindowSeconds: stabilizationWindowSeconds };
}
