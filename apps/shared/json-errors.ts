import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from './log.js';

/** The last route: answers 404 as JSON. @param message the text for the user */
export function notFoundAsJson(message: string): RequestHandler {
  return (_request, response) => {
    response.status(404).json({ error: message });
  };
}

/**
 * The error handler: an error that knows its HTTP status below 500 (such as a body that is not JSON) is answered with
 * `clientMessage`; anything else is logged in full and answered as 500 without details.
 */
export function errorsAsJson(log: Logger, messages: { client: string; server: string }): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = typeof error?.status === 'number' && error.status < 500 ? error.status : 500;
    if (status === 500) log.error({ err: error }, 'request failed');
    response.status(status).json({ error: status === 500 ? messages.server : messages.client });
  };
}
