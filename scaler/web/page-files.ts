import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Request, type Response, Router } from 'express';

/** What the page may load and do: its own files and API, nothing from elsewhere, no inline script or style. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // Text can become markup nowhere, whatever a script does.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

/** Sets what the page may do; for every answer of page and API. */
export function contentSecurity(_request: Request, response: Response, next: () => void): void {
  response.set('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  next();
}

/**
 * Serves the page's files from memory: the page itself at `/`, its modules and style sheets under `/page/`, and the
 * chart library as it lies in node_modules. They are few, so that what can be asked for is a list and no path.
 */
export function pageFiles(): Router {
  const router = Router();
  const files = new Map<string, PageFile>();
  const folder = fileURLToPath(new URL('page', import.meta.url));
  for (const name of readdirSync(folder))
    if (extname(name) in TYPES) files.set(name, held(extname(name), readFileSync(join(folder, name))));
  const chartFolder = dirname(createRequire(import.meta.url).resolve('uplot'));
  files.set('uplot.css', held('.css', readFileSync(join(chartFolder, 'uPlot.min.css'))));
  // Minified it comes as a script that declares one variable only; this makes it the module that the page imports.
  const script = readFileSync(join(chartFolder, 'uPlot.iife.min.js'), 'utf8');
  files.set('uplot.js', held('.js', Buffer.from(`${script}\nexport default uPlot;\n`)));

  router.get('/', (request, response) => send(request, response, files.get('index.html')!));
  router.get('/page/:name', (request, response, next) => {
    const file = files.get(request.params.name);
    if (file) send(request, response, file);
    else next();
  });
  return router;
}

function held(extension: string, plain: Buffer): PageFile {
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { type: TYPES[extension]!, plain, gzipped: gzipSync(plain), etag };
}

function send(request: Request, response: Response, { type, plain, gzipped, etag }: PageFile): void {
  // Asked anew each time: a page must not go on with the modules of the version before.
  response.set({ ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding', 'Content-Type': type });
  if (request.get('If-None-Match') === etag) response.status(304).end();
  else if (request.acceptsEncodings('gzip', 'identity') === 'gzip')
    response.set('Content-Encoding', 'gzip').send(gzipped);
  else response.send(plain);
}
