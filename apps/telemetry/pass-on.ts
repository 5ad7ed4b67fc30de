/** The next service of the chain did not do its part. The message names that service and says why. */
export class DownstreamError extends Error {
  override readonly name = 'DownstreamError';
}

/** How much of a next service's own error text is repeated: enough to follow a chain of failures to its end. */
const LONGEST_REPEATED_REASON = 500;

/**
 * Sends the names of the services visited so far to the next one and returns its answer: the same names with its own
 * and those behind it added.
 * @param destination where to send them; a URL without a path gets `/process`
 * @throws DownstreamError when it cannot be reached, does not answer in time, or answers with anything but an array
 */
export async function passOn(
  visited: readonly unknown[],
  destination: string,
  timeoutSeconds: number,
): Promise<unknown[]> {
  const url = new URL(destination);
  if (url.pathname === '/') url.pathname = '/process';
  const service = url.host;
  let status: number;
  let body: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(visited),
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    status = response.status;
    body = await response.text();
  } catch (error) {
    const reason =
      error instanceof Error && error.name === 'TimeoutError'
        ? `no answer within ${timeoutSeconds} s`
        : causeOf(error);
    throw new DownstreamError(`${service} could not be reached: ${reason}`, { cause: error });
  }
  const answer = parseJson(body);
  if (status !== 200) throw new DownstreamError(`${service} answered ${status}: ${reasonIn(answer, body)}`);
  if (!Array.isArray(answer))
    throw new DownstreamError(`${service} answered with something other than an array`);
  return answer;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function reasonIn(answer: unknown, body: string): string {
  const error = (answer as { error?: unknown } | null | undefined)?.error;
  return (typeof error === 'string' ? error : body).slice(0, LONGEST_REPEATED_REASON);
}

/** fetch wraps the system's error ("connect ECONNREFUSED ...") in a "fetch failed"; several tries give a nameless list. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  if (cause instanceof AggregateError) return cause.errors.map((each) => causeOf(each)).join(', ');
  return cause instanceof Error ? cause.message : error.message;
}
