import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';

/** A block of commands in a document. */
export interface ShellBlock {
  /** The commands as they stand there. */
  readonly text: string;
  /** Why no test runs it, as the document says in a comment before it or, for all of its blocks, anywhere. */
  readonly notRun: string | undefined;
}

/** The blocks of a document that are marked as shell commands. @param file relative to the repository */
export function shellBlocks(file: string): ShellBlock[] {
  const text = readFileSync(join(packageRoot, file), 'utf8');
  const ofPage = /<!-- not run on this page: (.+?) -->/s.exec(text)?.[1];
  return [...text.matchAll(/(?:<!-- not run: (.+?) -->\n+)?^```sh\n(.*?)^```$/gms)].map(
    ([, ofBlock, commands]) => ({
      text: commands!,
      notRun: (ofBlock ?? ofPage)?.replaceAll(/\s+/g, ' '),
    }),
  );
}

/**
 * The commands of a block, one for each line of a shell: those that go on over several lines are joined, comments left
 * out. Good enough to tell what a command begins with.
 */
export function commandsOf(text: string): string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim().replace(/^\$ /, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
}
