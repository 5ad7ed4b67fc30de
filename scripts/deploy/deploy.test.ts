import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../scaler/package-root.js';

/**
 * Stands in for docker, kubectl and the others: notes how it was called, with what came by standard input where a
 * Secret is made, and answers as a cluster would that has nothing yet. TOOL_FAILS holds calls that fail, as a pattern.
 */
const tool = `#!/bin/sh
call="$(basename "$0") $*"
echo "$call" >> "$CALLS"
if [ -n "\${TOOL_FAILS:-}" ] && echo "$call" | grep -Eqe "$TOOL_FAILS"; then echo "the tool's own words" >&2; exit 1; fi
case $call in
  *current-context) echo "\${TEST_CONTEXT:-microk8s}" ;;
  *'get secret'*'go-template'*) printf 'already-there' ;;
  *'get secret'* | *'get crd'* | *'get job seed-history'*) [ -n "\${TEST_EXISTS:-}" ] ;;
  *'helm status'*) [ -n "\${TEST_EXISTS:-}" ] ;;
  *'create secret'*) sed 's/^/stdin: /' >> "$CALLS" ;;
esac
`;
const systemTools = [
  'sh',
  'sed',
  'grep',
  'basename',
  'dirname',
  'cat',
  'sort',
  'head',
  'mkdir',
  'od',
  'tr',
  'printenv',
  'rm',
];

describe('the scripts for a cluster', function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deploy-'));
    writeFileSync(join(folder, 'tool'), tool);
    chmodSync(join(folder, 'tool'), 0o755);
    for (const name of systemTools)
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
        join(folder, name),
      );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a script where only the named tools are installed. */
  function runScript(
    script: string,
    {
      args = [],
      environment = {},
      tools = ['docker', 'microk8s', 'kubectl', 'helm', 'k6', 'kind', 'curl'],
    }: {
      args?: string[];
      environment?: Record<string, string>;
      tools?: string[];
    } = {},
  ) {
    for (const name of tools) symlinkSync(join(folder, 'tool'), join(folder, name));
    const calls = join(folder, 'calls');
    writeFileSync(calls, '');
    const result = spawnSync(join(packageRoot, 'scripts/deploy', script), args, {
      encoding: 'utf8',
      env: { PATH: folder, CALLS: calls, ...environment },
    });
    for (const name of tools) rmSync(join(folder, name));
    return {
      status: result.status,
      output: result.stdout,
      errorOutput: result.stderr,
      calls: readFileSync(calls, 'utf8').split('\n').filter(Boolean),
    };
  }

  /** The commands of a dry run as the tools would note them: without comments, here-documents and quotes. */
  function plannedCommands(output: string): string[] {
    return output
      .replaceAll(/^cat >.*\n(.*\n)*?END\n/gm, '')
      .split('\n')
      .flatMap((line) => line.replaceAll("'", '').split(' | '))
      .map((line) => line.replace(/ +#.*/, ''))
      .filter((line) => /^(docker|microk8s|kubectl|helm|k6|kind) /.test(line));
  }

  const scripts = readdirSync(join(packageRoot, 'scripts/deploy')).filter((name) => name.endsWith('.sh'));

  it('are clean for shellcheck', () => {
    execFileSync('shellcheck', ['-x', ...scripts.map((name) => join('scripts/deploy', name))], {
      cwd: packageRoot,
    });
  });

  for (const [overlay, environment] of [
    ['microk8s', {}],
    ['kind', { TEST_CONTEXT: 'kind-predictive-scaler' }],
    ['cloud', { REGISTRY: 'registry.example.org/shop', COMPONENTS: 'mutual-tls boiler-classic-hpa' }],
    ['prometheus-operator', { REGISTRY: 'registry.example.org/shop', KEDA_VERSION: 'none' }],
  ] as const) {
    const settings = { OVERLAY: overlay, ...environment };

    it(`run for ${overlay} exactly what the dry run prints, and the dry run runs nothing`, () => {
      const dry = runScript('deploy.sh', { environment: { ...settings, DRY_RUN: '1' }, tools: [] });
      assert.equal(dry.status, 0, dry.errorOutput);
      assert.deepEqual(dry.calls, []);
      const real = runScript('deploy.sh', { environment: settings });
      assert.equal(real.status, 0, real.errorOutput);
      // What only asks is not part of the plan: it decides whether a planned command is still needed.
      const asks = /get (crd|secret|job)|^helm status|^stdin: /;
      assert.deepEqual(
        real.calls.filter((call) => !asks.test(call)),
        plannedCommands(dry.output),
      );
    });

    it(`render what they apply for ${overlay}`, function () {
      const written = readFileSync(join(packageRoot, 'var/deploy', overlay, 'kustomization.yaml'), 'utf8');
      assert.ok(written.includes(`../../../k8s/overlays/${overlay}`));
      const kubectl = spawnSync('kubectl', ['kustomize', join(packageRoot, 'var/deploy', overlay)], {
        encoding: 'utf8',
      });
      if (kubectl.error !== undefined) {
        console.warn('      SKIPPED: kubectl is not here');
        this.skip();
      }
      assert.equal(kubectl.status, 0, kubectl.stderr);
      const images = [...kubectl.stdout.matchAll(/image: (\S+\/scaler:\S+)/g)].map(([, image]) => image);
      const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
      const registry = 'REGISTRY' in environment ? environment.REGISTRY : 'predictive-scaler';
      assert.deepEqual(images, [`${registry}/scaler:${version}`]);
    });
  }

  it('make passwords of their own, give both ends of a link the same one, and never put one on a command line', () => {
    const { calls } = runScript('deploy.sh', { environment: { SKIP_IMAGES: '1' } });
    const given = new Map(
      calls
        .filter((call) => call.startsWith('stdin: '))
        .map((call) => call.slice(7).split('=', 2) as [string, string]),
    );
    assert.match(given.get('root-password')!, /^[0-9a-f]{32}$/);
    assert.notEqual(given.get('root-password'), given.get('pokedex-password'));
    const password = given.get('password')!;
    assert.match(password, /^[0-9a-f]{32}$/);
    const uris = calls.filter((call) => call.startsWith('stdin: uri='));
    assert.equal(uris[0], `stdin: uri=amqp://predictive:${password}@rabbitmq.steam:5672/`);
    for (const call of calls.filter((each) => !each.startsWith('stdin: ')))
      for (const [, secret] of given) assert.ok(!call.includes(secret) || secret === 'predictive', call);
  });

  it('leave secrets, a loaded past and KEDA’s release as they are when they run again', () => {
    const { status, calls } = runScript('deploy.sh', { environment: { TEST_EXISTS: '1' } });
    assert.equal(status, 0);
    assert.deepEqual(
      calls.filter((call) => /create secret|deploy\/seed-history/.test(call)),
      [],
    );
    assert.ok(calls.some((call) => call.startsWith('helm upgrade --install keda')));
  });

  const failures: [
    what: string,
    environment: Record<string, string>,
    tools: string[] | undefined,
    message: RegExp,
  ][] = [
    [
      'an overlay that is not there',
      { OVERLAY: 'minikube' },
      undefined,
      /OVERLAY is "minikube": expected one of cloud kind microk8s prometheus-operator/,
    ],
    [
      'a KEDA without what is needed',
      { KEDA_VERSION: '2.15.0' },
      undefined,
      /KEDA_VERSION is 2\.15\.0: expected 2\.15\.1 or later/,
    ],
    [
      'a KEDA version that is none',
      { KEDA_VERSION: 'latest' },
      undefined,
      /KEDA_VERSION is "latest": expected a version/,
    ],
    [
      'a component that is not there',
      { COMPONENTS: 'mtls' },
      undefined,
      /COMPONENTS has "mtls": expected boiler-classic-hpa or mutual-tls/,
    ],
    ['a cloud without a registry', { OVERLAY: 'cloud' }, undefined, /make deploy OVERLAY=cloud REGISTRY=/],
    [
      'no helm',
      { OVERLAY: 'kind' },
      ['docker', 'kind', 'kubectl'],
      /helm is missing\. Get it with "make tools"/,
    ],
    ['no docker', {}, ['helm', 'kubectl', 'microk8s'], /docker is missing\. Install Docker/],
    ['no kubectl', { OVERLAY: 'kind' }, ['helm', 'docker', 'kind'], /kubectl is missing\. Install it/],
    ['no kind', { OVERLAY: 'kind' }, ['helm', 'docker', 'kubectl'], /kind is missing\. Install it/],
    [
      'another cluster than was meant',
      { TEST_CONTEXT: 'production' },
      undefined,
      /kubectl points at "production", and OVERLAY=microk8s is meant for "microk8s"/,
    ],
    [
      'a cluster that does not answer',
      { TOOL_FAILS: 'get --raw' },
      undefined,
      /cluster of the context "microk8s" does not answer/,
    ],
    [
      'an image that does not build',
      { TOOL_FAILS: 'docker build' },
      undefined,
      /docker build of scaler failed/,
    ],
    [
      'a KEDA that does not come up',
      { TOOL_FAILS: 'helm upgrade' },
      undefined,
      /KEDA did not come up\. See: kubectl -n keda get pods/,
    ],
    [
      'objects that are refused',
      { TOOL_FAILS: 'apply .* -k var' },
      undefined,
      /The cluster refused a part of the overlay/,
    ],
    [
      'pods that do not start',
      { TOOL_FAILS: '-n steam rollout' },
      undefined,
      /Something in steam is not ready\. See: kubectl -n steam get pods/,
    ],
    [
      'a ScaledObject that is not ready',
      { TOOL_FAILS: '-n apps wait scaledobject' },
      undefined,
      /A ScaledObject in apps is not ready/,
    ],
    [
      'a past that is not loaded',
      { TOOL_FAILS: 'wait job' },
      undefined,
      /The past was not loaded\. See: kubectl -n monitoring logs/,
    ],
  ];
  for (const [what, environment, tools, message] of failures)
    it(`say what to do: ${what}`, () => {
      const result = runScript('deploy.sh', { environment, ...(tools === undefined ? {} : { tools }) });
      assert.notEqual(result.status, 0);
      assert.match(result.errorOutput, message);
    });

  it('take out ScaledObjects while KEDA is there, and keep data unless told otherwise', () => {
    const plain = runScript('undeploy.sh', { environment: { TEST_EXISTS: '1' } }).calls.join('\n');
    assert.ok(plain.indexOf('delete scaledobjects') < plain.indexOf('delete deployments'));
    assert.doesNotMatch(plain, /delete namespace|persistentvolumeclaim|secrets|helm uninstall/);
    const purge = runScript('undeploy.sh', { environment: { TEST_EXISTS: '1', PURGE: '1' } }).calls;
    assert.ok(
      purge.some((call) =>
        call.startsWith('kubectl delete namespaces -l app.kubernetes.io/part-of=predictive-scaler'),
      ),
    );
    assert.ok(purge.some((call) => call.startsWith('helm uninstall keda')));
  });

  it('start and end the bursts', () => {
    const created = runScript('jobs.sh', { args: ['create'], environment: { TEST_EXISTS: '1' } });
    assert.ok(created.calls.includes('kubectl apply --server-side -k var/deploy/boiler-bursts'));
    assert.match(
      runScript('jobs.sh', { args: ['create'] }).errorOutput,
      /RabbitMQ is not there yet: make deploy/,
    );
    const deleted = runScript('jobs.sh', { args: ['delete'] });
    assert.ok(deleted.calls.includes('kubectl delete -k k8s/boiler-bursts --ignore-not-found'));
  });

  it('pass every variable of the load tests on', () => {
    const readme = readFileSync(join(packageRoot, 'loadtests/README.md'), 'utf8');
    const names = new Set([...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!));
    const environment = Object.fromEntries([...names].map((name) => [name, '7']));
    const { calls } = runScript('load.sh', { environment: { ...environment, SCRIPT: 'scaler-grpc' } });
    const passed = [...calls.at(-1)!.matchAll(/-e (\w+)=7/g)].map(([, name]) => name!);
    assert.deepEqual(passed.sort(), [...names].sort());
  });

  it('say where app-a is to be looked for when it does not answer', () => {
    const result = runScript('load.sh', { environment: { TOOL_FAILS: '^curl' } });
    assert.match(result.errorOutput, /http:\/\/127\.0\.0\.1:30080 does not answer.*make status/);
  });

  it('plan the whole story of e2e in a dry run, the end included', () => {
    const { status, output, calls } = runScript('e2e.sh', { environment: { DRY_RUN: '1' }, tools: [] });
    assert.equal(status, 0);
    assert.deepEqual(calls, []);
    const story = [
      'docker build',
      'helm upgrade',
      'kubectl apply',
      'k6 run',
      'get hpa keda-hpa-app-a-predictive',
      'delete scaledobjects',
    ];
    const places = story.map((part) => output.indexOf(part));
    assert.ok(
      places.every((place) => place >= 0),
      String(places),
    );
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    );
  });
});
