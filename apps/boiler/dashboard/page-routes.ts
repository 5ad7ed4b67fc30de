import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Router } from 'express';
import { pageFiles } from '../../../scaler/shared/page-server.js';
import type { Language } from '../language.js';
import { words } from './words.js';

/** The page in a language, with its files. */
export function pageRoutes(language: Language): Router {
  const folder = fileURLToPath(new URL('page', import.meta.url));
  return pageFiles(folder, inLanguage(readFileSync(join(folder, 'index.html'), 'utf8'), language));
}

/** Sets the page's language, fills its `%name%`s with texts, and hands all of these to its script. */
function inLanguage(html: string, language: Language): string {
  const values: Readonly<Record<string, string>> = words[language];
  return html
    .replace('lang="en"', `lang="${language}"`)
    .replace('"%words%"', () => JSON.stringify(values))
    .replaceAll(/%(\w+)%/g, (_, name: string) => values[name]!);
}
