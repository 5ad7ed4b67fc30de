import { credentials } from '@grpc/grpc-js';
import { callUnary, connect } from '../../scaler/grpc/client.js';

/** What to call, how often, and for how long. */
export interface LoadPlan {
  /** `host:port` of the scaler. */
  readonly address: string;
  readonly triggers: number;
  /** Seconds between two reads of a trigger, one entry for each rhythm: KEDA's poll and the HPA's. */
  readonly everySeconds: readonly number[];
  readonly forSeconds: number;
  /** Namespaces over which the triggers are spread. */
  readonly namespaces: number;
  readonly historyTimeWindow: string;
}

/** How it went, as the driver prints it. */
export interface LoadReport {
  readonly calls: number;
  readonly errors: number;
  /** The first few errors. */
  readonly firstErrors: readonly string[];
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly maxMilliseconds: number;
}

const DEADLINE_SECONDS = 30;
/** A metrics server and an operator hold a connection each. */
const CONNECTIONS = 2;
/** Turns of the pacing loop. */
const TICK_MILLISECONDS = 5;

/** Metadata of a trigger of the benchmark: every trigger has a query of its own. */
export function benchMetadata(trigger: number, historyTimeWindow: string): Record<string, string> {
  return {
    query: `sum(shop_load) * ${(1 + trigger / 10_000).toFixed(4)}`,
    threshold: '10',
    historyTimeWindow,
    predictHorizon: '15m',
    queryStep: '5m',
  };
}

/** Calls a scaler as KEDA does, at an even pace: GetMetricSpec, GetMetrics and IsActive for each read of a trigger. */
export async function drive(plan: LoadPlan): Promise<LoadReport> {
  const clients = Array.from({ length: CONNECTIONS }, () =>
    connect(plan.address, credentials.createInsecure()),
  );
  const names: string[] = [];
  const latencies: number[] = [];
  const firstErrors: string[] = [];
  let errors = 0;
  const timed = async <Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> => {
    const startedAt = performance.now();
    try {
      return await call();
    } catch (error) {
      errors++;
      if (firstErrors.length < 5) firstErrors.push((error as Error).message);
      return undefined;
    } finally {
      latencies.push(performance.now() - startedAt);
    }
  };
  const read = async (trigger: number): Promise<void> => {
    const client = clients[trigger % CONNECTIONS]!;
    const ref = {
      name: `app-${trigger}`,
      namespace: `team-${trigger % plan.namespaces}`,
      scalerMetadata: benchMetadata(trigger, plan.historyTimeWindow),
    };
    const specs = await timed(() => callUnary(client, 'GetMetricSpec', ref, DEADLINE_SECONDS));
    const metricName = specs?.metricSpecs[0]?.metricName ?? names[trigger] ?? '';
    names[trigger] = metricName;
    await timed(() =>
      callUnary(client, 'GetMetrics', { scaledObjectRef: ref, metricName }, DEADLINE_SECONDS),
    );
    await timed(() => callUnary(client, 'IsActive', ref, DEADLINE_SECONDS));
  };

  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  const done = plan.everySeconds.map(() => 0);
  for (;;) {
    const elapsed = Math.min(plan.forSeconds, (performance.now() - startedAt) / 1000);
    for (const [rhythm, everySeconds] of plan.everySeconds.entries()) {
      const due = Math.floor((elapsed / everySeconds) * plan.triggers);
      for (; done[rhythm]! < due; done[rhythm]!++) {
        const reading = read(done[rhythm]! % plan.triggers).finally(() => underWay.delete(reading));
        underWay.add(reading);
      }
    }
    if (elapsed === plan.forSeconds) break;
    await new Promise((resolve) => setTimeout(resolve, TICK_MILLISECONDS));
  }
  await Promise.all(underWay);
  for (const client of clients) client.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
  return {
    calls: latencies.length,
    errors,
    firstErrors,
    p50Milliseconds: at(0.5),
    p99Milliseconds: at(0.99),
    maxMilliseconds: at(1),
  };
}
