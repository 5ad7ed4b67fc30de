/**
 * The kustomizations below k8s/ that are checked: all that a user applies, and samples that put the optional components
 * to use.
 */
export const renderings = [
  'base',
  'overlays/microk8s',
  'overlays/kind',
  'overlays/cloud',
  'overlays/prometheus-operator',
  '../test/support/k8s/with-mutual-tls',
  '../test/support/k8s/with-classic-hpa',
  '../test/support/k8s/with-portuguese',
  'boiler-bursts',
  '../test/support/k8s/with-e2e',
  'seed-history',
] as const;
