import { setTimeout as delay } from 'node:timers/promises';
import type { Planner } from '../planner/planner.js';
import type { Log } from './log.js';
import type { GrpcServer } from './server.js';

/** What a replica that starts warms up with. */
export interface WarmUpParts {
  readonly grpc: Pick<GrpcServer, 'triggersOfOthers'>;
  readonly planner: Pick<Planner, 'warmUp'>;
  /** Longest time that it may take. */
  readonly seconds: number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Is told how far it has come, as `/readyz` says it. */
  readonly tell: (progress: string) => void;
}

/**
 * Takes over the triggers of the other replicas and waits until each has its model, or the reason why it gets none: KEDA
 * asks ready replicas only, and would get observed values from one that knows nothing yet. Never fails: a replica that
 * cannot warm up is as good as one that starts alone.
 */
export async function warmUp({ grpc, planner, seconds, log, signal, tell }: WarmUpParts): Promise<void> {
  const startedAt = performance.now();
  const enough = new AbortController();
  const giveUp = (): void => enough.abort();
  signal.addEventListener('abort', giveUp, { once: true });
  let all = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    tell('asking the other replicas for their triggers');
    const triggers = await grpc.triggersOfOthers(enough.signal);
    if (enough.signal.aborted) return;
    all = triggers.length;
    const report = (): void => {
      if (!enough.signal.aborted) tell(`${done} of the ${all} triggers of other replicas have their model`);
    };
    const count = (): void => {
      done++;
      report();
    };
    report();
    await Promise.all(
      triggers.map((trigger) =>
        planner
          .warmUp(trigger)
          .catch(() => undefined)
          .then(count),
      ),
    );
  };
  const bound = delay(seconds * 1000, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([
    work().catch((err) => log.warn({ err }, 'the other replicas could not be asked for their triggers')),
    bound,
  ]);
  enough.abort();
  signal.removeEventListener('abort', giveUp);
  if (signal.aborted) return;
  const took = Math.round(performance.now() - startedAt) / 1000;
  log.info(
    { triggers: all, withModel: done, seconds: took },
    'warmed up with the triggers of other replicas',
  );
}
