import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { PageAuth } from '../config/load.js';
import { OncePerChange } from '../shared/once-per-change.js';
import { WatchedFile } from '../shared/watched-file.js';
import type { Logger } from '../telemetry/log.js';

/** One way in: what a request has to bring, as `basic user:password` or `bearer token`; undefined until the file could be read. */
type Accepted = () => Promise<string | undefined>;

/**
 * Lets a request through that brings the password or the token; answers 401 to any other. Without credentials in the
 * configuration everyone is let through. A file is read again when it changes; while it cannot be read, its last content
 * counts, and the log says so once.
 */
export function requireAuth(auth: PageAuth | undefined, log: Pick<Logger, 'info' | 'warn'>): RequestHandler {
  if (auth === undefined) return (_request, _response, next) => next();
  const accepted: Accepted[] = [];
  const challenges: string[] = [];
  if (auth.basic !== undefined) {
    const { username, passwordFile } = auth.basic;
    accepted.push(acceptedWith(`basic ${username}:`, passwordFile, log));
    challenges.push('Basic realm="predictive-scaler", charset="UTF-8"');
  }
  if (auth.tokenFile !== undefined) {
    accepted.push(acceptedWith('bearer ', auth.tokenFile, log));
    challenges.push('Bearer realm="predictive-scaler"');
  }
  return async (request, response, next) => {
    const brought = credentials(request.headers.authorization);
    if (brought !== undefined) {
      const wanted = await Promise.all(accepted.map((read) => read()));
      // Compared as digests: equal lengths are what timingSafeEqual needs, and the time says nothing about the secret.
      const hash = digest(brought);
      if (wanted.some((one) => one !== undefined && timingSafeEqual(digest(one), hash))) {
        next();
        return;
      }
    }
    response
      .status(401)
      .set('WWW-Authenticate', challenges)
      .type('text/plain')
      .send('401: this page needs a user name and password, or a token\n');
  };
}

function acceptedWith(prefix: string, path: string, log: Pick<Logger, 'info' | 'warn'>): Accepted {
  const file = new WatchedFile(path);
  const once = new OncePerChange();
  const read = async (): Promise<string | undefined> => {
    const problem = await file.read().then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (once.changed(problem)) {
      if (problem === undefined)
        log.info({ path }, 'the file with the credentials of the page is used again');
      else
        log.warn(
          { path },
          `the file with the credentials of the page ${problem}; its last content stays in use`,
        );
    }
    const text = file.lastText;
    return text === undefined ? undefined : prefix + text.trim();
  };
  // Read now, so that there is a last content when the file goes before the first request comes.
  void read();
  return read;
}

/** Scheme and what it carries, `basic user:password` or `bearer token`, out of a header (RFC 7617, RFC 6750). */
function credentials(header: string | undefined): string | undefined {
  const [, scheme, value] = /^(Basic|Bearer) +(\S+)$/i.exec(header ?? '') ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  return scheme.toLowerCase() === 'basic'
    ? `basic ${Buffer.from(value, 'base64').toString('utf8')}`
    : `bearer ${value}`;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
