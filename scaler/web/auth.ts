import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { PageAuth } from '../config/load.js';
import { OncePerChange } from '../shared/once-per-change.js';
import { WatchedFile } from '../shared/watched-file.js';
import type { Logger } from '../telemetry/log.js';

/** What a request must bring: `basic user:password` or `bearer token`; undefined until the file could be read. */
type Accepted = () => Promise<string | undefined>;

/**
 * Answers 401 to requests without the password or the token; without credentials in the configuration all pass. While a
 * file cannot be read, its last content counts, and the log says so once.
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
      // As digests, since timingSafeEqual needs equal lengths.
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
    const { text, problem } = await file.readOrKeep();
    if (once.changed(problem)) {
      if (problem === undefined)
        log.info({ path }, 'the file with the credentials of the page is used again');
      else
        log.warn(
          { path },
          `the file with the credentials of the page ${problem}; its last content stays in use`,
        );
    }
    return text === undefined ? undefined : prefix + text.trim();
  };
  // Read now, so that there is a last content if the file is gone at the first request.
  void read();
  return read;
}

/** `basic user:password` or `bearer token` from a header (RFC 7617, RFC 6750). */
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
