import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import compression from 'compression';
import { type NextFunction, type Request, type Response, Router } from 'express';
import type { Answers } from '../planner/types.js';
import type { Clock } from '../shared/clock.js';
import { pageFiles } from '../shared/page-server.js';
import { show } from '../shared/show.js';
import type { ApiError, ApiFailure } from './api/contract.js';
import { type DetailContext, triggerDetail } from './api/trigger-detail.js';
import { LARGEST_LIMIT, TriggerPages } from './api/trigger-list.js';

/** What the page and its API read. */
export interface StatusPageParts extends DetailContext {
  readonly answers: Answers;
  readonly clock: Clock;
}

const DAY_SECONDS = 86_400;
const MOST_HISTORY_DAYS = 92;
const DEFAULT_HISTORY_DAYS = 7;

/**
 * The status page and its JSON API: `/api/triggers`, `/api/triggers/{namespace}/{name}/{metric}` and their description
 * at `/api/openapi.yaml`. It only reads what the planner holds in memory.
 */
export function statusPage(parts: StatusPageParts): Router {
  const { answers, calendars, clock } = parts;
  const description = readFileSync(new URL('api/openapi.yaml', import.meta.url));
  const pages = new TriggerPages(answers, clock, calendars);
  const router = Router();
  router.use('/api', compression());

  router.get('/api/openapi.yaml', (_request, response) => {
    response.type('application/yaml').send(description);
  });

  router.get('/api/triggers', async (request, response) => {
    const offset = wholeParameter(request, 'offset', 0, 0, 1_000_000);
    const limit = wholeParameter(request, 'limit', 500, 1, LARGEST_LIMIT);
    sendJson(response, await pages.page(offset, limit));
  });

  router.get('/api/triggers/:namespace/:name/:metric', async (request, response) => {
    const { namespace, name, metric } = request.params;
    const historyDays = wholeParameter(request, 'historyDays', DEFAULT_HISTORY_DAYS, 1, MOST_HISTORY_DAYS);
    for (const known of answers.all()) {
      const { trigger } = known;
      if (known.name !== metric || trigger.scaledObject !== name || trigger.namespace !== namespace) continue;
      const detail = triggerDetail({
        ...parts,
        ...known,
        evidence: answers.evidence(trigger),
        nowSeconds: clock.nowSeconds(),
        historySeconds: historyDays * DAY_SECONDS,
      });
      sendJson(response, JSON.stringify(detail));
      return;
    }
    throw new ApiRefusal(
      404,
      'not-found',
      `no trigger ${show(metric)} of ScaledObject ${show(`${namespace}/${name}`)}: KEDA has not asked about it lately; /api/triggers lists those that it has`,
    );
  });

  // The page asks whether there is a demo, which would have answered before this.
  router.get('/api/demo', (_request, response) => {
    response.status(204).end();
  });

  router.use('/api', (request: Request) => {
    throw request.method === 'GET' || request.method === 'HEAD'
      ? new ApiRefusal(404, 'not-found', 'no such address; /api/openapi.yaml lists all of them')
      : new ApiRefusal(405, 'invalid', `${request.method} is not possible here: the API is read-only`);
  });
  router.use('/api', answerRefusal);

  router.use(pageFiles(fileURLToPath(new URL('page', import.meta.url))));
  return router;
}

/** Sends a JSON text; Express answers 304 to clients that have it. */
function sendJson(response: Response, text: string): void {
  response.set('Cache-Control', 'no-cache').type('json').send(text);
}

class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    readonly kind: ApiError['kind'],
    message: string,
  ) {
    super(message);
  }
}

/** Answers a refusal as JSON. Other errors are faults of the scaler, which the server logs. */
function answerRefusal(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  // Express refuses paths with broken escapes itself.
  const refusal =
    error instanceof URIError ? new ApiRefusal(400, 'invalid', 'the path has a broken % escape') : error;
  if (!(refusal instanceof ApiRefusal) || response.headersSent) {
    next(error);
    return;
  }
  const failure: ApiFailure = { error: { kind: refusal.kind, message: refusal.message } };
  if (refusal.status === 405) response.set('Allow', 'GET, HEAD');
  response.status(refusal.status).set('Cache-Control', 'no-store').json(failure);
}

function wholeParameter(
  request: Request,
  name: string,
  whenAbsent: number,
  min: number,
  max: number,
): number {
  const given: unknown = request.query[name];
  if (given === undefined) return whenAbsent;
  const value = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ApiRefusal(
    400,
    'invalid',
    `parameter "${name}" is ${typeof given === 'string' ? show(given) : 'given twice'}; expected a whole number from ${min} to ${max}`,
  );
}
