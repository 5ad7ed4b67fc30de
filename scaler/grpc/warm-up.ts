import type { Planner } from '../planner/planner.js';
import type { Trigger } from '../trigger/trigger.js';
import type { Log } from './log.js';
import type { GrpcServer } from './server.js';

/** What the warm-up of a new replica needs. */
export interface WarmUpParts {
  readonly grpc: Pick<GrpcServer, 'triggersOfOthers'>;
  readonly planner: Pick<Planner, 'warmUp'>;
  /** Longest time that it may take. */
  readonly seconds: number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Takes the progress, as `/readyz` shows it. */
  readonly onProgress: (progress: string) => void;
}

/**
 * Takes over the triggers of the other replicas and waits until each has its model, or a reason for none. KEDA calls
 * ready replicas only, so it gets forecasts from this one. Never fails: a replica can start without these triggers.
 */
export async function warmUp({
  grpc,
  planner,
  seconds,
  log,
  signal,
  onProgress,
}: WarmUpParts): Promise<void> {
  const startedAt = performance.now();
  const enough = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  let triggers: readonly Trigger[] = [];
  let withModel = 0;
  let withoutModel = 0;
  const report = (): void => {
    if (!enough.aborted)
      onProgress(
        `${withModel} of the ${triggers.length} triggers of other replicas have their model, ${withoutModel} cannot have one yet`,
      );
  };
  const work = async (): Promise<void> => {
    onProgress('asking the other replicas for their triggers');
    const known = await grpc.triggersOfOthers(enough);
    if (enough.aborted) return;
    triggers = known;
    report();
    const warm = async (trigger: Trigger): Promise<void> => {
      if (await planner.warmUp(trigger).catch(() => false)) withModel++;
      else withoutModel++;
      report();
    };
    await Promise.all(triggers.map(warm));
  };
  await Promise.race([
    work().catch((err) => log.warn({ err }, 'the other replicas could not be asked for their triggers')),
    new Promise((resolve) => enough.addEventListener('abort', resolve, { once: true })),
  ]);
  if (signal.aborted) return;
  const took = Math.round(performance.now() - startedAt) / 1000;
  log.info(
    { triggers: triggers.length, withModel, withoutModel, seconds: took },
    'warmed up with the triggers of other replicas',
  );
}
