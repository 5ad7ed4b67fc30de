import { Parser } from 'yaml';

/** Longest YAML text that is read, in characters: hundreds of sources, and well below the second that parsing may take. */
const MOST_CHARACTERS = 256 * 1024;

/** Deepest nesting. Ours needs five levels, a Kubernetes manifest some fifteen. */
const MOST_LEVELS = 50;

interface Token {
  readonly value?: unknown;
  readonly items?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

/**
 * What makes a YAML text unfit to be composed into a document: its length or its nesting. Composing goes down one call
 * for each level, and where the stack ends inside a regular expression the process ends with it; no `catch` helps.
 * The tokens that are looked at here are made without recursion.
 *
 * @returns the problem in words, or undefined.
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
