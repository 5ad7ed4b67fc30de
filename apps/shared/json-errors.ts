import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from './log.js';

/** The last route: answers 404 as JSON. @param message the text for the user */
export function notFoundAsJson(message: string): RequestHandler {
  return (_request, response) => {
    response.status(404).json({ error: message });
  };
}

/**
 * The error handler: a mistake of the client (an error with a status below 500, as Express and its body parsers raise
 * them) is answered with its reason; anything else is logged in full and answered as 500 without details.
 */
export function errorsAsJson(log: Logger): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (typeof error?.status === 'number' && error.status < 500) {
      response.status(error.status).json({ error: error.message });
      return;
    }
    log.error({ err: error }, 'request failed');
    response.status(500).json({ error: 'internal error; the log of this service has the details' });
  };
}
