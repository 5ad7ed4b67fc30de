import { stringify } from 'yaml';
import type { ScalingRules } from '../hpa/behavior.js';
import { showAddress } from '../shared/redact.js';
import { show } from '../shared/show.js';
import { metadataBeyondDefaults } from '../trigger/metadata.js';
import { type Trigger, USUAL_SCALER_ADDRESS } from '../trigger/trigger.js';
import type { ScalingSetup } from './scaled-workload.js';

/** Names and addresses in the manifest, which were not simulated. */
export interface ScaledObjectNames {
  /** Name of the Deployment, and of the ScaledObject. */
  readonly workload: string;
  /** PromQL of the load; undefined when the load came from a file. */
  readonly query: string | undefined;
  /** Files and places of the calendars that were simulated, which only the scaler's configuration can hold. */
  readonly calendars?: readonly string[] | undefined;
  /** A threshold that is enough after the dry run; undefined when there is none. */
  readonly thresholdAfterDryRun?: number | undefined;
  /** Undefined for the scaler's default source. */
  readonly prometheusAddress: string | undefined;
  /** Where KEDA reaches the scaler. @default the address of the usual installation */
  readonly scalerAddress?: string | undefined;
}

/** Written even at their defaults, because the backtest rests on them. */
const restsOn = ['predictHorizon', 'historyTimeWindow', 'queryStep', 'quantile'];

const QUERY_TO_FILL_IN = 'sum(rate(http_requests_total{service="my-service"}[2m]))';
/** Kubernetes keeps metrics and targets in thousandths: below this a threshold would lose digits that matter. */
const SMALLEST_THRESHOLD = 0.1;

/**
 * The ScaledObject that does what was simulated, ready to paste. Defaults are left out, except those that the backtest
 * rests on.
 *
 * @param mode `observe` for a dry run
 */
export function scaledObjectYaml(
  names: ScaledObjectNames,
  trigger: Trigger,
  setup: ScalingSetup,
  mode: 'predict' | 'observe',
): string {
  const factor = scaleFactor(setup.targetPerReplica);
  const query = names.query ?? QUERY_TO_FILL_IN;
  const simulated: Trigger = {
    ...trigger,
    mode,
    threshold: scaled(setup.targetPerReplica, factor),
    activationThreshold: scaled(setup.activationThreshold, factor),
    capacity: scaled(setup.capacityPerReplica, factor),
    podStartupSeconds: Math.max(1, Math.ceil(setup.startupSeconds)),
    minValue: trigger.minValue && scaled(trigger.minValue, factor),
    maxValue: trigger.maxValue && scaled(trigger.maxValue, factor),
    events: trigger.events.map(({ effects, ...event }) => ({
      ...event,
      effects: { ...effects, ...(effects.floor && { floor: scaled(effects.floor, factor) }) },
    })),
  };
  // The name of the metric follows from the rest, and the cluster has its own source.
  const {
    metricName: _,
    source: __,
    prometheusAddress: ___,
    ...settings
  } = metadataBeyondDefaults(simulated, restsOn);
  const metadata = {
    scalerAddress: names.scalerAddress || USUAL_SCALER_ADDRESS,
    ...(names.prometheusAddress &&
      !isOfThisMachine(names.prometheusAddress) && { prometheusAddress: names.prometheusAddress }),
    ...settings,
    query: factor === 1 ? query : `${factor} * ${inParentheses(query)}`,
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
  if (names.calendars !== undefined)
    lines.push(
      `Simulated with the calendars ${names.calendars.map(show).join(', ')}: add them to the scaler's configuration, and list the names that they have there under calendars here.`,
    );
  if (names.thresholdAfterDryRun !== undefined)
    lines.push(
      `Once mode: observe is taken out, a threshold of ${scaled(names.thresholdAfterDryRun, factor)} is enough.`,
    );
  return lines.map((line) => `# ${line}\n`).join('');
}

/** Whether an address is on the loopback, which in a pod means the pod itself. */
function isOfThisMachine(address: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/.test(new URL(address).hostname);
}

/** The power of ten that makes a threshold large enough for thousandths. */
function scaleFactor(threshold: number): number {
  return threshold >= SMALLEST_THRESHOLD ? 1 : 10 ** Math.ceil(-Math.log10(threshold));
}

/** A product without the rounding errors of binary fractions. */
function scaled(value: number, factor: number): number {
  return Number((value * factor).toPrecision(12));
}

/** On lines of its own where a comment at its end would take the parenthesis with it. */
function inParentheses(query: string): string {
  return query.includes('#') ? `(\n${query}\n)` : `(${query})`;
}

/** Kubernetes writes a tolerance as a quantity. */
function rulesManifest({ tolerance, ...rules }: ScalingRules): object {
  return { ...rules, ...(tolerance !== undefined && { tolerance: String(tolerance) }) };
}
