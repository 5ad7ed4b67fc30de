import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { PageAuth } from '../config.js';

/**
 * Lets a request through that brings the password or the token; answers 401 to any other. Without credentials in the
 * configuration everyone is let through.
 */
export function requireAuth(auth: PageAuth | undefined): RequestHandler {
  if (auth === undefined) return (_request, _response, next) => next();
  const accepted: Buffer[] = [];
  const challenges: string[] = [];
  if (auth.basic !== undefined) {
    const { username, password } = auth.basic;
    accepted.push(digest(`basic ${username}:${password.reveal()}`));
    challenges.push('Basic realm="predictive-scaler", charset="UTF-8"');
  }
  if (auth.token !== undefined) {
    accepted.push(digest(`bearer ${auth.token.reveal()}`));
    challenges.push('Bearer realm="predictive-scaler"');
  }
  return (request, response, next) => {
    const brought = credentials(request.headers.authorization);
    if (brought !== undefined) {
      // Compared as digests: equal lengths are what timingSafeEqual needs, and the time tells nothing of the secret.
      const hash = digest(brought);
      if (accepted.some((candidate) => timingSafeEqual(candidate, hash))) {
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
