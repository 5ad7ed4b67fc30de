/** The parts of a container that the tests look at. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

/** A variable with its value or the key of a Secret that holds it. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef: { readonly name: string; readonly key: string; readonly optional?: boolean };
  };
}

interface Probe {
  readonly httpGet?: { readonly port: string | number };
  readonly tcpSocket?: { readonly port: string | number };
  readonly grpc?: { readonly port: number };
}

/** What a pod is made from. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly automountServiceAccountToken?: boolean;
    readonly securityContext?: Readonly<Record<string, unknown>>;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly {
      readonly name: string;
      readonly configMap?: { readonly name: string };
      readonly secret?: { readonly secretName: string };
      readonly persistentVolumeClaim?: { readonly claimName: string };
    }[];
  };
}

/** A rendered object. `spec` is as free as YAML is: the schemas have been checked before anything looks into it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a spec of its own, checked against its schema
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
}

/** `Kind namespace/name`, as messages name an object. */
export function describeObject({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}

/** The pod template of an object that makes pods; undefined for any other object. */
export function podTemplate(object: KubernetesObject): PodTemplate | undefined {
  if (object.kind === 'Pod') return object as unknown as PodTemplate;
  if (object.kind === 'CronJob') return object.spec.jobTemplate.spec.template;
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(object.kind)
    ? object.spec.template
    : undefined;
}

/** All containers of a pod, those that prepare it included. */
export function containersOf({ spec }: PodTemplate): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
