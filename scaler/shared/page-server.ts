import compression from 'compression';
import express, { type RequestHandler, Router } from 'express';
import helmet from 'helmet';

/**
 * Headers for every answer of a server with pages. A page uses only its own server and no inline script or style, and
 * no text can become markup in it.
 */
export const securityHeaders: RequestHandler[] = [
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    // The proxy that terminates TLS decides on that.
    strictTransportSecurity: false,
  }),
  (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  },
];

/**
 * Serves the files of a page under `/page`, and `index.html` at `/`. Browsers revalidate them each time, by ETag: a
 * page must not use the script of an earlier version.
 *
 * @param folder path of the built files
 * @param index the page itself. @default index.html of the folder
 */
export function pageFiles(folder: string, index?: string): Router {
  const revalidate: RequestHandler = (_request, response, next) => {
    response.set('Cache-Control', 'no-cache');
    next();
  };
  const files = express.static(folder, {
    index: false,
    redirect: false,
    setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
  });
  /** For an address that cannot be decoded express.static would answer 404. */
  const refuseMalformed: RequestHandler = ({ path }, _response, next) => {
    try {
      decodeURIComponent(path);
      next();
    } catch (error) {
      next(Object.assign(error as Error, { status: 400 }));
    }
  };
  const router = Router();
  router.get('/', compression(), revalidate, (_request, response) => {
    if (index === undefined) response.sendFile('index.html', { root: folder, cacheControl: false });
    else response.send(index);
  });
  router.use('/page', compression(), refuseMalformed, files);
  return router;
}
