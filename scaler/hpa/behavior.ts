/** A limit on how fast replicas may change: at most `value` pods, or percent of the pods, in each period. */
export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodSeconds: number;
}

/** How the autoscaler may move in one direction (`spec.behavior.scaleUp` or `scaleDown`). */
export interface ScalingRules {
  /** The most cautious recommendation within this window decides; 0 follows the newest one. */
  readonly stabilizationWindowSeconds: number;
  /** Which policy decides: that with the largest change, that with the smallest, or none, so that nothing changes. */
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly ScalingPolicy[];
  /** Share by which the metric may miss its target without a change; by default the cluster's own (0.1). */
  readonly tolerance?: number;
}

/** `spec.behavior` of a HorizontalPodAutoscaler with every default filled in. */
export interface HpaBehavior {
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

const scaleUpDefaults: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

const scaleDownDefaults: ScalingRules = {
  stabilizationWindowSeconds: 300,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/**
 * Fills in what a manifest leaves out, as the API server does when `spec.behavior` is present: up without a window by
 * the larger of 4 pods and 100 % per 15 s, down by 100 % per 15 s after 300 s.
 *
 * Source: kubernetes `pkg/apis/autoscaling/v2/defaults.go` (GenerateHPAScaleUpRules, GenerateHPAScaleDownRules); the
 * 300 s are kube-controller-manager's `--horizontal-pod-autoscaler-downscale-stabilization`.
 */
export function completeBehavior(partial: {
  readonly scaleUp?: Partial<ScalingRules>;
  readonly scaleDown?: Partial<ScalingRules>;
}): HpaBehavior {
  return {
    scaleUp: { ...scaleUpDefaults, ...partial.scaleUp },
    scaleDown: { ...scaleDownDefaults, ...partial.scaleDown },
  };
}
