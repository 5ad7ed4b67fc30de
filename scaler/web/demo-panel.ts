import express, { type Request, type Response, Router } from 'express';
import { show } from '../shared/show.js';
import type { ApiFailure } from './api/contract.js';

/** Cost and overload of one way of scaling since the demo began. */
export interface DemoOutcome {
  /** Pods now, and those that can serve. */
  readonly replicas: number;
  readonly readyReplicas: number;
  /** Time that pods existed, ready or not. */
  readonly podHours: number;
  /** Time in which the load was above what the ready pods can carry. */
  readonly overloadedMinutes: number;
}

/** The comparison over time, with one entry per step, oldest first; null where unknown. */
export interface DemoTimeline {
  /** RFC 3339; when the first step begins. */
  readonly startTime: string;
  readonly stepSeconds: number;
  /** Highest load of each step, in the query's unit. */
  readonly load: readonly (number | null)[];
  /** Pods that can serve at the end of each step. */
  readonly predictiveReadyReplicas: readonly (number | null)[];
  readonly reactiveReadyReplicas: readonly (number | null)[];
}

/** One made-up workload, scaled twice: by this scaler and by a reactive HPA. */
export interface DemoWorkload {
  /** Names of its trigger, as `/api/triggers` has them. */
  readonly namespace: string;
  readonly scaledObject: string;
  readonly metricName: string;
  readonly description: string;
  /** Load that one ready pod can carry, in the query's unit. */
  readonly capacityPerReplica: number;
  readonly predictive: DemoOutcome;
  readonly reactive: DemoOutcome;
  /** The last day or so: at most 1,000 steps. */
  readonly timeline: DemoTimeline;
}

/** The demo at one moment: the answer to `GET /api/demo`. */
export interface DemoState {
  /** RFC 3339, on the demo's own clock. */
  readonly time: string;
  readonly startTime: string;
  readonly isPaused: boolean;
  /** Seconds of the demo in one second. */
  readonly speed: number;
  /** Speeds to choose from, ascending. */
  readonly speedChoices: readonly number[];
  readonly workloads: readonly DemoWorkload[];
}

/** What a viewer of the demo can see and do. */
export interface DemoControl {
  state(): DemoState;
  readonly clock: {
    pause(): void;
    resume(): void;
    /** @param speed one of the state's `speedChoices`. */
    setSpeed(speed: number): void;
  };
}

/**
 * The API of the demo, to be mounted before the status page:
 *
 * - `GET /api/demo` answers the `DemoState`;
 * - `POST /api/demo/pause`, `POST /api/demo/resume` and `POST /api/demo/speed` with `{"speed": 300}` change it and
 *   answer the new state.
 */
export function demoPanel(demo: DemoControl): Router {
  const router = Router();
  const answer = (response: Response): void => {
    response.set('Cache-Control', 'no-store').json(demo.state());
  };
  router.get('/api/demo', (_request, response) => answer(response));
  for (const change of ['pause', 'resume'] as const)
    router.post(`/api/demo/${change}`, sameSiteOnly, (_request, response) => {
      demo.clock[change]();
      answer(response);
    });
  router.post('/api/demo/speed', sameSiteOnly, express.json({ limit: '1kb' }), (request, response) => {
    const speed: unknown = request.body?.speed;
    const choices = demo.state().speedChoices;
    if (typeof speed !== 'number' || !choices.includes(speed)) {
      const message = `speed is ${JSON.stringify(speed) ?? 'missing'}; expected one of ${choices.join(', ')}`;
      refuse(response, 400, message);
      return;
    }
    demo.clock.setSpeed(speed);
    answer(response);
  });
  router.all(['/api/demo/pause', '/api/demo/resume', '/api/demo/speed'], (request, response) => {
    const message = `${request.method} is not possible here; the demo is steered with POST`;
    refuse(response.set('Allow', 'POST'), 405, message);
  });
  return router;
}

/** Refuses requests from the pages of other sites. Browsers send Sec-Fetch-Site, but over plain HTTP only Origin. */
function sameSiteOnly(request: Request, response: Response, next: () => void): void {
  const site = request.get('Sec-Fetch-Site');
  const origin = request.get('Origin');
  const isOwn =
    site === undefined
      ? origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.get('Host'))
      : site === 'same-origin' || site === 'none';
  if (isOwn) {
    next();
    return;
  }
  const named = site === undefined ? `Origin: ${show(origin!)}` : `Sec-Fetch-Site: ${show(site)}`;
  const message = `this request comes from another site (${named}); use the page itself`;
  refuse(response, 403, message);
}

function refuse(response: Response, status: number, message: string): void {
  const failure: ApiFailure = { error: { kind: 'invalid', message } };
  response.status(status).json(failure);
}
