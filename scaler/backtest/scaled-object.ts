import { stringify } from 'yaml';
import type { ScalingRules } from '../hpa/behavior.js';
import { formatDuration } from '../shared/duration.js';
import { showAddress } from '../shared/redact.js';
import { USUAL_SCALER_ADDRESS } from '../trigger/trigger.js';
import type { ReplayTrigger } from './replay.js';
import type { ScalingSetup } from './scaled-workload.js';

/** What a manifest says beyond the trigger and the scaling that were simulated. */
export interface ScaledObjectNames {
  /** Name of the Deployment, and of the ScaledObject. */
  readonly workload: string;
  /** PromQL of the load; undefined when the load came from a file. */
  readonly query: string | undefined;
  /** A threshold that is enough once the dry run has shown what it should; undefined when there is none. */
  readonly thresholdAfterDryRun?: number | undefined;
  /** Where Prometheus is; undefined leaves it to the scaler's default source. */
  readonly prometheusAddress: string | undefined;
  /** Where KEDA reaches the scaler. @default the address of the usual installation */
  readonly scalerAddress?: string | undefined;
}

const QUERY_TO_FILL_IN = 'sum(rate(http_requests_total{service="my-service"}[2m]))';
/** Kubernetes keeps metrics and targets in thousandths: below this a threshold would lose digits that matter. */
const SMALLEST_THRESHOLD = 0.1;

/**
 * The ScaledObject that does what was simulated, ready to paste. What KEDA and the scaler do by default is left out,
 * except for what the backtest rests on.
 *
 * @param mode `observe` for a dry run
 */
export function scaledObjectYaml(
  names: ScaledObjectNames,
  trigger: ReplayTrigger,
  setup: ScalingSetup,
  mode: 'predict' | 'observe',
): string {
  const factor = scaleFactor(setup.targetPerReplica);
  const query = names.query ?? QUERY_TO_FILL_IN;
  const { seasonality } = trigger;
  const metadata: Record<string, string> = {
    scalerAddress: names.scalerAddress || USUAL_SCALER_ADDRESS,
    ...(names.prometheusAddress &&
      !isOfThisMachine(names.prometheusAddress) && { prometheusAddress: names.prometheusAddress }),
    query: factor === 1 ? query : `${factor} * (${query})`,
    threshold: decimal(setup.targetPerReplica * factor),
    ...(setup.activationThreshold !== 0 && {
      activationThreshold: decimal(setup.activationThreshold * factor),
    }),
    predictHorizon: formatDuration(trigger.horizonSeconds),
    historyTimeWindow: formatDuration(trigger.historySeconds),
    queryStep: formatDuration(trigger.stepSeconds),
    quantile: String(trigger.quantile),
    ...(seasonality !== 'auto' && {
      seasonality: seasonality.length === 0 ? 'none' : seasonality.map(formatDuration).join(','),
    }),
    ...(trigger.timezone !== 'UTC' && { timezone: trigger.timezone }),
    ...(mode === 'observe' && { mode }),
  };
  const manifest = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: names.workload },
    spec: {
      scaleTargetRef: { name: names.workload },
      // Where a pod always stays there is nothing to poll for, and KEDA's admission webhook warns of it.
      ...((setup.minReplicas === 0 || setup.idleReplicas === 0) && { pollingInterval: setup.pollingSeconds }),
      cooldownPeriod: setup.cooldownSeconds,
      ...(setup.idleReplicas !== undefined && { idleReplicaCount: setup.idleReplicas }),
      minReplicaCount: setup.minReplicas,
      maxReplicaCount: setup.maxReplicas,
      ...(setup.behavior && {
        advanced: {
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleUp: rulesManifest(setup.behavior.scaleUp),
              scaleDown: rulesManifest(setup.behavior.scaleDown),
            },
          },
        },
      }),
      triggers: [{ type: 'external', metadata }],
    },
  };
  return notes(names, factor) + stringify(manifest, { lineWidth: 0, defaultStringType: 'PLAIN' });
}

function notes(names: ScaledObjectNames, factor: number): string {
  const lines: string[] = [];
  if (names.query === undefined)
    lines.push('The load came from a file: put the query that gives this load in its place.');
  if (names.prometheusAddress && isOfThisMachine(names.prometheusAddress))
    lines.push(
      `${showAddress(names.prometheusAddress)} is not this machine where the scaler runs, so the scaler's default source is used; add prometheusAddress where that is another.`,
    );
  if (factor !== 1)
    lines.push(
      `Kubernetes keeps three decimals of a metric, so query and threshold are multiplied by ${factor}.`,
    );
  if (names.thresholdAfterDryRun !== undefined)
    lines.push(
      `Once mode: observe is taken out, a threshold of ${decimal(names.thresholdAfterDryRun * factor)} is enough.`,
    );
  return lines.map((line) => `# ${line}\n`).join('');
}

/** Whether an address is one of the loopback, which in a pod is the pod itself. */
function isOfThisMachine(address: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/.test(new URL(address).hostname);
}

/** The power of ten that brings a threshold to where thousandths are fine enough. */
function scaleFactor(threshold: number): number {
  return threshold >= SMALLEST_THRESHOLD ? 1 : 10 ** Math.ceil(-Math.log10(threshold));
}

/** A number as KEDA reads it, without an exponent and without the rounding errors of binary fractions. */
function decimal(value: number): string {
  const rounded = Number(value.toPrecision(12));
  return Math.abs(rounded) >= 1e21 || (rounded !== 0 && Math.abs(rounded) < 1e-6)
    ? rounded.toFixed(12)
    : String(rounded);
}

/** Kubernetes writes a tolerance as a quantity. */
function rulesManifest({ tolerance, ...rules }: ScalingRules): object {
  return { ...rules, ...(tolerance !== undefined && { tolerance: String(tolerance) }) };
}
