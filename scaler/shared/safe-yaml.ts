import { Parser } from 'yaml';

/** Most characters of a YAML text: enough for hundreds of sources, and parsed in far less than a second. */
const MOST_CHARACTERS = 256 * 1024;

/** Deepest nesting. A configuration needs five levels, a Kubernetes manifest about fifteen. */
const MOST_LEVELS = 50;

interface Token {
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

/**
 * Whether a YAML text is too long or too deep to be parsed. The parser makes documents by recursion, and a stack
 * overflow inside a regular expression would end the process. The tokens that are looked at here are made without
 * recursion.
 *
 * @returns the problem in words, or undefined
 */
export function unsafeYaml(text: string): string | undefined {
  if (text.length > MOST_CHARACTERS)
    return `it has ${text.length} characters; at most ${MOST_CHARACTERS} are read`;
  const open: { readonly token: Token; readonly level: number }[] = [];
  for (const document of new Parser().parse(text)) open.push({ token: document as Token, level: 0 });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, level } = next;
    if (level > MOST_LEVELS) return `it is nested more than ${MOST_LEVELS} levels deep`;
    for (const inner of [token.value, ...(token.items ?? []).flatMap(({ key, value }) => [key, value])])
      if (typeof inner === 'object' && inner !== null)
        open.push({ token: inner as Token, level: inner === token.value ? level : level + 1 });
  }
  return undefined;
}
