import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, Router } from 'express';
import type { Language } from '../language.js';
import { words } from './words.js';

/** The page loads and asks nothing but this server, and no text can become markup or script in it. */
const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Sets what a browser may do with the answers. */
export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set(headers);
  next();
};

/** The page at `/`, its parts under `/page/`, and the chart library as it lies in node_modules. */
export function pageRoutes(language: Language): Router {
  const folder = fileURLToPath(new URL('page', import.meta.url));
  const chartFolder = dirname(createRequire(import.meta.url).resolve('uplot'));
  const router = Router();
  // Asked anew each time, by ETag: a page must not go on with the modules of the version before.
  const files = { maxAge: 0, cacheControl: true };
  const page = inLanguage(readFileSync(join(folder, 'index.html'), 'utf8'), language);
  router.get('/', (_request, response) => response.set('Cache-Control', 'no-cache').send(page));
  router.get('/page/uplot.js', (_request, response) =>
    response.sendFile(join(chartFolder, 'uPlot.esm.js'), files),
  );
  router.get('/page/uplot.css', (_request, response) =>
    response.sendFile(join(chartFolder, 'uPlot.min.css'), files),
  );
  router.use('/page', express.static(folder, { ...files, index: false, redirect: false }));
  return router;
}

/** Sets the page's language, fills its `%name%`s with texts, and hands all of these to its script. */
function inLanguage(html: string, language: Language): string {
  const values: Readonly<Record<string, string>> = words[language];
  return html
    .replace('lang="en"', `lang="${language}"`)
    .replace('"%words%"', () => JSON.stringify(values))
    .replaceAll(/%(\w+)%/g, (_, name: string) => values[name]!);
}
