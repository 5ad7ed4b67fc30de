import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../scaler/shared/package-root.js';
import { checkCertificates } from '../test/support/k8s/checks/certificates.js';
import { checkMounts, type InstalledSecrets } from '../test/support/k8s/checks/mounts.js';
import { checkNetworkPolicies } from '../test/support/k8s/checks/network.js';
import { checkPrograms } from '../test/support/k8s/checks/programs.js';
import { checkOwners, checkPolling, checkTriggers } from '../test/support/k8s/checks/scaling.js';
import { checkSecurity } from '../test/support/k8s/checks/security.js';
import { checkAddresses, checkServiceMonitors, checkServices } from '../test/support/k8s/checks/services.js';
import { installedSecrets } from '../test/support/k8s/installed-secrets.js';
import type { KubernetesObject } from '../test/support/k8s/kubernetes-object.js';
import { noKustomize, renderKustomization } from '../test/support/k8s/render.js';
import { renderings } from '../test/support/k8s/renderings.js';

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
/** Labels of the Prometheus that the operator runs, in the overlay that leaves ours out. */
const operatorsPods = { monitoring: { 'app.kubernetes.io/name': 'prometheus' } };

describe('names that point at each other', () => {
  let secrets: InstalledSecrets;
  const rendered = new Map<string, KubernetesObject[]>();

  before(function () {
    if (noKustomize !== undefined) {
      console.warn(`      SKIPPED: ${noKustomize}`);
      this.skip();
    }
    secrets = installedSecrets();
    for (const folder of renderings) rendered.set(folder, renderKustomization(folder));
  });

  /** Everything that is wrong with a rendering. */
  function problemsOf(folder: string, objects = rendered.get(folder)!): string[] {
    return [
      ...checkServices(objects),
      ...checkAddresses(objects),
      ...checkServiceMonitors(objects),
      ...checkOwners(objects),
      ...checkPolling(objects),
      ...checkTriggers(objects),
      ...checkPrograms(objects, version),
      ...checkMounts(objects, secrets),
      ...checkNetworkPolicies(objects, folder.endsWith('prometheus-operator') ? operatorsPods : {}),
      ...checkCertificates(objects),
      ...checkSecurity(objects),
    ];
  }

  it('are looked at in every overlay and every component', () => {
    const kustomizations = ['k8s', 'test/support/k8s']
      .flatMap((folder) =>
        readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
          .filter((path) => path.endsWith('kustomization.yaml'))
          .map((path) => readFileSync(join(packageRoot, folder, path), 'utf8')),
      )
      .join('');
    for (const name of readdirSync(join(packageRoot, 'k8s/overlays')))
      assert.ok((renderings as readonly string[]).includes(`overlays/${name}`), name);
    for (const name of readdirSync(join(packageRoot, 'k8s/components')))
      assert.ok(kustomizations.includes(`components/${name}\n`), `nothing renders the component ${name}`);
  });

  for (const folder of renderings)
    it(`are all right in ${folder}`, () => {
      assert.deepEqual(problemsOf(folder), []);
    });

  /** Each break is made in the rendered text, once, where its name stands. */
  const breaks: [what: string, folder: string, from: RegExp, to: string, problem: RegExp][] = [
    [
      'a pod label',
      'base',
      /"selector":\{"app":"app-a"\}/,
      '"selector":{"app":"app-x"}',
      /app-a-service selects the pods of 0/,
    ],
    [
      'a Service',
      'base',
      /"name":"app-c-service"/,
      '"name":"app-c"',
      /http:\/\/app-c-service:8000 is no Service's address/,
    ],
    [
      'the scaler’s Service',
      'base',
      /"labels":\{[^}]*\},"name":"predictive-scaler","namespace":"predictive-scaler"\},"spec":\{"clusterIP"/,
      '"name":"scaler","namespace":"predictive-scaler"},"spec":{"clusterIP"',
      /predictive-scaler:50051 is no Service's address/,
    ],
    [
      'a port of a trigger’s address',
      'base',
      /"scalerAddress":"predictive-scaler\.predictive-scaler:50051"/,
      '"scalerAddress":"predictive-scaler.predictive-scaler:50052"',
      /50052 is no Service's address/,
    ],
    [
      'the address that the scaler advertises',
      'base',
      /"SCALER_GRPC_ADVERTISED_ADDRESS","value":"predictive-scaler\.predictive-scaler:50051"/,
      '"SCALER_GRPC_ADVERTISED_ADDRESS","value":"predictive-scaler.keda:50051"',
      /advertises predictive-scaler\.keda:50051, not predictive-scaler\.predictive-scaler:50051/,
    ],
    [
      'a calendar of a trigger',
      'base',
      /"calendars":"br-holidays"/,
      '"calendars":"de-holidays"',
      /names "de-holidays", which is no calendar of the scaler's configuration/,
    ],
    [
      'a pollingInterval that polls for nothing',
      'base',
      /"minReplicaCount":1/,
      '"minReplicaCount":1,"pollingInterval":30',
      /has a pollingInterval and always a replica/,
    ],
    [
      'a history without room for two weeks',
      'base',
      /"historyTimeWindow":"14d"/,
      '"historyTimeWindow":"7d"',
      /weekly season/,
    ],
    ['a named port', 'base', /"targetPort":"grpc"/, '"targetPort":"rpc"', /no container has the port rpc/],
    [
      'a container port',
      'base',
      /"containerPort":8689/,
      '"containerPort":8690',
      /pokedex does not listen on 8690/,
    ],
    [
      'a variable',
      'base',
      /"APP_URL_DESTINO"/,
      '"APP_URL_DESTINATION"',
      /telemetry knows no APP_URL_DESTINATION/,
    ],
    [
      'a variable’s value',
      'base',
      /"http:\/\/prometheus-service\.monitoring:9090"/,
      '"prometheus-service"',
      /SCALER_PROMETHEUS_ADDRESS/,
    ],
    [
      'the target of a ScaledObject',
      'base',
      /"scaleTargetRef":\{"name":"app-a"\}/,
      '"scaleTargetRef":{"name":"app-aa"}',
      /app-a-predictive scales app-aa, which does not exist/,
    ],
    ['a trigger key', 'base', /"predictHorizon":"2h"/, '"predictHorizont":"2h"', /predictHorizont/],
    ['a trigger’s value', 'base', /"predictHorizon":"2h"/, '"predictHorizon":"soon"', /predictHorizon.*soon/],
    ['an image', 'base', /predictive-scaler\/hello-metrics:/, 'predictive-scaler/hello:', /no target hello/],
    [
      'a version',
      'base',
      /predictive-scaler\/hello-metrics:[\d.]+/,
      'predictive-scaler/hello-metrics:latest',
      /not of the version/,
    ],
    [
      'a Secret’s key',
      'base',
      /"key":"pokedex-password"/,
      '"key":"password"',
      /no Secret mysql with the key password in apps/,
    ],
    [
      'a ConfigMap',
      'base',
      /"configMap":\{"name":"grafana-dashboards-/,
      '"configMap":{"name":"dashboards-',
      /no ConfigMap dashboards-/,
    ],
    [
      'a probe’s port',
      'base',
      /"grpc":\{"port":50051\}/,
      '"grpc":{"port":50055}',
      /a probe asks the port 50055/,
    ],
    [
      'Prometheus’ label',
      'base',
      /"podSelector":\{"matchLabels":\{"app\.kubernetes\.io\/name":"prometheus"\}\}/,
      '"podSelector":{"matchLabels":{"app.kubernetes.io/name":"prom"}}',
      /no pod in monitoring has the labels/,
    ],
    [
      'a data source’s address',
      'base',
      /url: http:\/\/jaeger:16686/,
      'url: http://jaeger:16687',
      /jaeger:16687 is no Service's address/,
    ],
    [
      'a monitored port',
      'overlays/prometheus-operator',
      /"port":"metrics","relabelings"/,
      '"port":"metric","relabelings"',
      /no Service that it selects has the port metric/,
    ],
    [
      'a certificate’s name',
      '../test/support/k8s/with-mutual-tls',
      /"predictive-scaler\.predictive-scaler",/,
      '',
      /is not for predictive-scaler\.predictive-scaler/,
    ],
    [
      'a certificate for replicas, which are each other’s clients',
      '../test/support/k8s/with-mutual-tls',
      /"server auth","client auth"\]/,
      '"server auth"]',
      /predictive-scaler.* is not for clients, and replicas show it to each other/,
    ],
    [
      'a TriggerAuthentication',
      '../test/support/k8s/with-mutual-tls',
      /"name":"predictive-scaler-tls","namespace":"steam"/,
      '"name":"tls","namespace":"steam"',
      /no TriggerAuthentication predictive-scaler-tls/,
    ],
    [
      'the Secret of a Certificate',
      '../test/support/k8s/with-mutual-tls',
      /"secretName":"predictive-scaler-tls","usages"/,
      '"secretName":"tls","usages"',
      /nothing makes the Secret predictive-scaler-tls/,
    ],
    [
      'one owner only',
      '../test/support/k8s/with-classic-hpa',
      /("name":"boiler-consumer","namespace":"steam"\},"spec":\{)("selector")/,
      '$1"replicas":1,$2',
      /boiler-consumer has 2 owners/,
    ],
    [
      'a dropped capability',
      'base',
      /"capabilities":\{"drop":\["ALL"\]\}/,
      '"capabilities":{}',
      /keeps capabilities/,
    ],
    [
      'an added capability',
      'base',
      /"capabilities":\{"drop":/,
      '"capabilities":{"add":["NET_ADMIN"],"drop":',
      /keeps capabilities/,
    ],
    ['a user without rights', 'base', /"runAsNonRoot":true/, '"runAsNonRoot":false', /may run as root/],
    [
      'a user without rights in a container',
      'base',
      /"readOnlyRootFilesystem":true/,
      '"readOnlyRootFilesystem":true,"runAsUser":0',
      /may run as root/,
    ],
    [
      'a read-only root',
      'base',
      /"readOnlyRootFilesystem":true/,
      '"readOnlyRootFilesystem":false',
      /may write its root file system/,
    ],
    [
      'no further privileges',
      'base',
      /"allowPrivilegeEscalation":false/,
      '"allowPrivilegeEscalation":true',
      /may gain privileges/,
    ],
    [
      'the seccomp profile',
      'base',
      /"seccompProfile":\{"type":"RuntimeDefault"\}/,
      '"seccompProfile":{"type":"Unconfined"}',
      /seccomp profile/,
    ],
    [
      'no token to spare',
      'base',
      /"automountServiceAccountToken":false,"containers":\[\{"env":\[\{"name":"APP/,
      '"automountServiceAccountToken":true,"containers":[{"env":[{"name":"APP',
      /mounts a token/,
    ],
  ];
  for (const [what, folder, from, to, problem] of breaks)
    it(`are found broken: ${what}`, () => {
      const text = JSON.stringify(rendered.get(folder), sortedKeys);
      assert.match(text, from);
      const problems = problemsOf(folder, JSON.parse(text.replace(from, to)));
      assert.ok(
        problems.some((each) => problem.test(each)),
        `expected ${problem} among: ${problems.join('\n')}`,
      );
    });
});

/** For JSON.stringify: keys in the order of the alphabet, so that the patterns above do not depend on the renderer. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
