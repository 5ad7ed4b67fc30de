import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');

/** The README and the pages that have a Portuguese version, which must say the same. */
const pages: [english: string, portuguese: string][] = [
  ['README.md', 'README.pt-BR.md'],
  ...readdirSync(join(packageRoot, 'docs/pt-BR')).map((name): [string, string] => [
    `docs/${name}`,
    `docs/pt-BR/${name}`,
  ]),
];

/** Blocks of code without their comments, which are translated. */
const codeOf = (text: string) =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, code]) => [
    language,
    code!.replaceAll(/(^|\s)#.*$/gm, '').replaceAll(/\s+\n/g, '\n'),
  ]);

const countOf = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

describe('the Portuguese pages', () => {
  for (const [english, portuguese] of pages) {
    const texts = [read(english), read(portuguese)] as const;

    it(`${portuguese} shows the commands and manifests of ${english}`, () => {
      assert.deepEqual(codeOf(texts[1]), codeOf(texts[0]));
    });

    it(`${portuguese} has the sections, rows and entries of ${english}`, () => {
      const [first, second] = texts.map((text) => ({
        sections: countOf(text, /^##+ /gm),
        rows: countOf(text, /^\| /gm),
        entries: [...text.matchAll(/^- `(\w+)` \([^`)]*(`[^`]*`)?/gm)].map(([, key, value]) => [key, value]),
        examples: [...text.matchAll(/(?:Example|Exemplo): (`.*`)\.$/gm)].map(([, example]) => example),
      }));
      assert.deepEqual(second, first);
    });

    it(`${portuguese} links to what ${english} links to, in Portuguese where there is such a page`, () => {
      const linksOf = (path: string, text: string) =>
        [...text.matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)]
          .map(([, target]) => (/^https?:/.test(target!) ? target! : join(dirname(path), target!)))
          .filter((target) => target !== english && target !== portuguese);
      const wanted = linksOf(english, texts[0]).map(
        (target) => pages.find(([page]) => page === target)?.[1] ?? target,
      );
      assert.deepEqual(linksOf(portuguese, texts[1]), wanted);
    });
  }
});
