import type { ApiFailure } from '../api/contract.js';

/** A request that gave no result, with a message for the viewer. */
export class FetchError extends Error {
  constructor(
    /** The server's status; 0 when it did not answer. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const PATIENCE_MILLISECONDS = 10_000;

/**
 * Asks the API. The browser's cache sends the ETag along.
 *
 * @returns undefined when there is no content.
 * @throws FetchError
 */
export async function fetchJson<T>(path: string, init: RequestInit = {}): Promise<T | undefined> {
  let response: Response;
  try {
    response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS), ...init });
  } catch {
    throw new FetchError(0, 'The scaler does not answer.');
  }
  if (response.status === 204) return undefined;
  if (response.ok) return (await response.json()) as T;
  throw new FetchError(response.status, await failureMessage(response));
}

async function failureMessage(response: Response): Promise<string> {
  if (response.status === 401) return 'The scaler asks for a password or token. Reload the page to enter it.';
  try {
    return ((await response.json()) as ApiFailure).error.message;
  } catch {
    return `The scaler answered with status ${response.status}.`;
  }
}
