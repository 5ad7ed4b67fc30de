import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { renderText } from '../../test/support/k8s/render.js';

/**
 * Stands in for docker, kubectl and the others: notes how it was called, with what came by standard input where a
 * Secret is made, and answers as a cluster would that has nothing yet. TOOL_FAILS holds calls that fail, as a pattern.
 */
const TOOL = `#!/bin/sh
call="$(basename "$0") $*"
printf "%s\\n" "$call" >> "$CALLS"
if [ -n "\${TOOL_FAILS:-}" ] && echo "$call" | grep -Eqe "$TOOL_FAILS"; then echo "the tool's own words" >&2; exit 1; fi
case $call in
  *current-context) echo "\${TEST_CONTEXT:-microk8s}" ;;
  *'get secret'*'go-template'*) printf 'already-there' ;;
  *'get secret'* | *'get crd'* | *'get job seed-history'*) [ -n "\${TEST_EXISTS:-}" ] ;;
  *'get deployments --all-namespaces'*) [ -z "\${TEST_KEDA:-}" ] || printf '%s\\n' "$TEST_KEDA" ;;
  *'get namespaces -l keda-installed-by'*jsonpath*) echo "\${TEST_OWN_KEDA:-}" ;;
  *'get namespaces -l keda-installed-by'*) [ -z "\${TEST_OWN_KEDA:-}" ] || echo "namespace/$TEST_OWN_KEDA" ;;
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
  'openssl',
  'tr',
  'printenv',
  'rm',
  'sleep',
];

describe('the scripts for a cluster', () => {
  let folder: string;
  /** Where the scripts write, in place of var/deploy: as deep below the repository, for the paths in kustomizations. */
  let deployFolder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deploy-'));
    mkdirSync(join(packageRoot, 'var'), { recursive: true });
    deployFolder = mkdtempSync(join(packageRoot, 'var/deploy-test-'));
    writeFileSync(join(folder, 'tool'), TOOL);
    chmodSync(join(folder, 'tool'), 0o755);
    for (const name of systemTools)
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
        join(folder, name),
      );
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    rmSync(deployFolder, { recursive: true, force: true });
  });

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
    const result = spawnSync('sh', [resolve(packageRoot, 'scripts/deploy', script), ...args], {
      cwd: packageRoot,
      encoding: 'utf8',
      env: { PATH: folder, CALLS: calls, DEPLOY_FOLDER: relative(packageRoot, deployFolder), ...environment },
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

  /** The kustomization that a deploy has written, as kubectl renders it. */
  function rendered(overlay: string): string {
    return renderText(join(deployFolder, overlay));
  }

  for (const [overlay, environment] of [
    ['microk8s', {}],
    ['kind', { TEST_CONTEXT: 'kind-predictive-scaler' }],
    ['cloud', { REGISTRY: 'registry.example.org/shop', COMPONENTS: 'mutual-tls boiler-classic-hpa' }],
    ['prometheus-operator', { REGISTRY: 'registry.example.org/shop', KEDA_VERSION: 'none' }],
    ['prometheus-operator', { TEST_CONTEXT: 'kind-other', CONTEXT: 'kind-other' }],
  ] as const) {
    const settings = {
      OVERLAY: overlay,
      ...('KEDA_VERSION' in environment ? { TEST_KEDA: 'keda ghcr.io/kedacore/keda:2.18.3' } : {}),
      ...environment,
    };

    it(`run for ${overlay} exactly what the dry run prints (${Object.values(environment).join(', ')})`, () => {
      const dry = runScript('deploy.sh', { environment: { ...settings, DRY_RUN: '1' }, tools: [] });
      assert.equal(dry.status, 0, dry.errorOutput);
      assert.deepEqual(dry.calls, []);
      const real = runScript('deploy.sh', { environment: settings });
      assert.equal(real.status, 0, real.errorOutput);
      // What only asks is not part of the plan: it decides whether a planned command is still needed.
      const asks = /get (crd|secret|job|deployments|namespaces)|^stdin: /;
      assert.deepEqual(
        real.calls.filter((call) => !asks.test(call)),
        plannedCommands(dry.output),
      );
      const images = [...rendered(overlay).matchAll(/image: (\S+\/scaler:\S+)/g)].map(([, image]) => image);
      const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
      const registry = 'REGISTRY' in environment ? environment.REGISTRY : 'predictive-scaler';
      assert.deepEqual(images, [`${registry}/scaler:${version}`]);
    });
  }

  it('install KEDA where it is missing, in the namespace that is wanted', () => {
    const { status, calls } = runScript('deploy.sh', { environment: { KEDA_NAMESPACE: 'keda-system' } });
    assert.equal(status, 0);
    assert.ok(calls.some((call) => /^helm upgrade --install keda .*--namespace keda-system /.test(call)));
    assert.ok(
      calls.includes('kubectl label namespace keda-system keda-installed-by=predictive-scaler --overwrite'),
    );
    assert.match(policyOf(rendered('microk8s')), /kubernetes\.io\/metadata\.name: keda-system\n/);
  });

  it('use an installed KEDA unchanged, wherever and however it was installed', () => {
    const environment = { TEST_KEDA: 'keda-system ghcr.io/kedacore/keda:2.20.2' };
    const { status, output, calls } = runScript('deploy.sh', { environment });
    assert.equal(status, 0);
    assert.match(output, /KEDA 2\.20\.2 is in keda-system\n/);
    assert.ok(!calls.some((call) => call.startsWith('helm')));
    assert.match(policyOf(rendered('microk8s')), /kubernetes\.io\/metadata\.name: keda-system\n/);
    const { calls: purge } = runScript('undeploy.sh', { environment: { ...environment, PURGE: '1' } });
    assert.ok(!purge.some((call) => /^helm uninstall|delete namespace keda/.test(call)));
  });

  /** The NetworkPolicy of the scaler. */
  function policyOf(text: string): string {
    return text.split(/^---\n/m).find((each) => /^kind: NetworkPolicy$/m.test(each))!;
  }

  it('put the scaler alone into a cluster, with its own image and KEDA’s namespace, by lines that the dry run prints', () => {
    const environment = {
      PROMETHEUS: 'http://prometheus.monitoring:9090',
      HELM_ARGS: '--set replicaCount=3',
      TEST_KEDA: 'keda ghcr.io/kedacore/keda:2.18.3',
    };
    const { status, calls, errorOutput } = runScript('scaler.sh', { environment });
    assert.equal(status, 0, errorOutput);
    const dry = runScript('scaler.sh', { environment: { ...environment, DRY_RUN: '1' }, tools: [] });
    assert.deepEqual(
      plannedCommands(dry.output),
      calls.filter((call) => !call.includes('get deployments')),
    );
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    assert.ok(
      calls.includes(`docker build --quiet --target scaler --tag predictive-scaler/scaler:${version} .`),
    );
    const install = calls.find((call) =>
      call.startsWith('helm upgrade --install predictive-scaler k8s/charts/'),
    )!;
    for (const value of [
      'image.repository=predictive-scaler/scaler',
      'prometheusAddress=http://prometheus.monitoring:9090',
      'networkPolicy.kedaNamespace=keda',
      'replicaCount=3',
    ])
      assert.ok(install.includes(` --set ${value}`), value);
    const without = runScript('scaler.sh');
    assert.match(
      without.errorOutput,
      /PROMETHEUS is "": expected the address of your Prometheus, such as http/,
    );
    assert.match(
      runScript('scaler.sh', { environment: { ...environment, TEST_KEDA: '' } }).output,
      /KEDA is not in this cluster yet/,
    );
  });

  it('do what docs/install-manual.md says step by step: the same images, KEDA, Secrets and objects', () => {
    const page = readFileSync(join(packageRoot, 'docs/install-manual.md'), 'utf8');
    const steps = page.slice(0, page.indexOf('## Reach it'));
    const manual = join(folder, 'manual.sh');
    writeFileSync(
      manual,
      `set -eu\n${[...steps.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).join('')}`,
    );
    const byHand = runScript(manual);
    assert.equal(byHand.status, 0, byHand.errorOutput);
    const byScript = runScript('deploy.sh');
    assert.equal(byScript.status, 0, byScript.errorOutput);
    /** What the cluster and its node are left with: images, releases, Secrets with their keys. */
    const effects = (calls: string[]) =>
      calls
        .map((call) => call.replace(/=.*/, call.startsWith('stdin: ') ? '' : '$&').replace(' --quiet', ''))
        .filter((call) => /^(docker build|helm upgrade|stdin: )|create secret|-k k8s\/base/.test(call))
        .sort();
    assert.deepEqual(effects(byHand.calls), effects(byScript.calls));
    assert.equal(byHand.calls.filter((call) => call.startsWith('microk8s ctr image import')).length, 10);
    assert.ok(byHand.calls.includes('kubectl apply --server-side --force-conflicts -k k8s'));
    assert.equal(
      execFileSync('kubectl', ['kustomize', join(packageRoot, 'k8s')], { encoding: 'utf8' }),
      rendered('microk8s'),
    );
  });

  it('know in later commands what a deploy was given', () => {
    const given = { OVERLAY: 'cloud', REGISTRY: 'registry.example.org/shop', TEST_CONTEXT: 'shop' };
    assert.equal(runScript('deploy.sh', { environment: given }).status, 0);
    // As the last lines of the deploy print them.
    const jobs = runScript('jobs.sh', {
      args: ['create'],
      environment: { TEST_EXISTS: '1', TEST_CONTEXT: 'shop' },
    });
    assert.equal(jobs.status, 0, jobs.errorOutput);
    assert.match(rendered('boiler-bursts'), /image: registry\.example\.org\/shop\/boiler-producer:/);
    const load = runScript('load.sh', { environment: { TEST_CONTEXT: 'shop' } });
    assert.equal(load.status, 0, load.errorOutput);
    assert.ok(load.calls.includes('kubectl -n apps port-forward svc/app-a-service 18000:8000'));
    assert.match(load.calls.at(-1)!, /^k6 run -e BASE_URL=http:\/\/127\.0\.0\.1:18000 /);
    const elsewhere = runScript('jobs.sh', { args: ['create'], environment: { TEST_CONTEXT: 'production' } });
    assert.match(
      elsewhere.errorOutput,
      /kubectl points at "production", and OVERLAY=cloud is meant for "shop"/,
    );
    // Another overlay is another deploy.
    assert.equal(runScript('status.sh', { environment: { OVERLAY: 'microk8s' } }).status, 0);
    runScript('undeploy.sh', { environment: { PURGE: '1', TEST_CONTEXT: 'shop' } });
    assert.ok(!existsSync(join(deployFolder, 'settings')));
  });

  it('run k6 in its Docker image where it is not installed', () => {
    const { status, errorOutput, calls } = runScript('load.sh', { tools: ['docker', 'curl'] });
    assert.equal(status, 0, errorOutput);
    assert.match(
      calls.at(-1)!,
      /^docker run --rm --network host .* grafana\/k6:[\d.]+ run -e BASE_URL=.* loadtests\/realistic-load\.js$/,
    );
  });

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

  it('leave secrets and a loaded past as they are when they run again, and upgrade the KEDA that they installed', () => {
    const environment = {
      TEST_EXISTS: '1',
      TEST_KEDA: 'keda ghcr.io/kedacore/keda:2.18.3',
      TEST_OWN_KEDA: 'keda',
    };
    const { status, calls } = runScript('deploy.sh', { environment });
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
      /COMPONENTS has "mtls": expected boiler-classic-hpa, load-balancer, mutual-tls or portuguese/,
    ],
    [
      'an old KEDA in the cluster',
      { TEST_KEDA: 'keda-system ghcr.io/kedacore/keda:2.14.0' },
      undefined,
      /KEDA 2\.14\.0 runs in keda-system: expected 2\.15\.1 or later/,
    ],
    [
      'a KEDA elsewhere than was said',
      { TEST_KEDA: 'keda-system ghcr.io/kedacore/keda:2.18.3', KEDA_NAMESPACE: 'keda' },
      undefined,
      /KEDA runs in keda-system, and KEDA_NAMESPACE is keda\. Leave KEDA_NAMESPACE out/,
    ],
    [
      'no KEDA where it must not be installed',
      { KEDA_VERSION: 'none' },
      undefined,
      /KEDA is not in this cluster, and KEDA_VERSION is none: leave KEDA_VERSION out/,
    ],
    [
      'no registry for nodes that are not on this machine',
      { OVERLAY: 'prometheus-operator', TEST_CONTEXT: 'shop' },
      undefined,
      /nodes of shop pull images from a registry: make deploy OVERLAY=prometheus-operator REGISTRY=/,
    ],
    ['a cloud without a registry', { OVERLAY: 'cloud' }, undefined, /make deploy OVERLAY=cloud REGISTRY=/],
    [
      'no helm',
      { OVERLAY: 'kind', TEST_CONTEXT: 'kind-predictive-scaler' },
      ['docker', 'kind', 'kubectl'],
      /helm is missing\. Get it with "make tools"/,
    ],
    ['no docker', {}, ['helm', 'kubectl', 'microk8s'], /docker is missing\. Install Docker/],
    ['no kubectl', { OVERLAY: 'kind' }, ['helm', 'docker', 'kind'], /kubectl is missing\. Install it/],
    [
      'no kind',
      { OVERLAY: 'kind', TEST_CONTEXT: 'kind-predictive-scaler' },
      ['helm', 'docker', 'kubectl'],
      /kind is missing\. Install it/,
    ],
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

  it('take out ScaledObjects while KEDA is there, and keep data unless asked to delete it', () => {
    const plain = runScript('undeploy.sh', { environment: { TEST_EXISTS: '1' } }).calls.join('\n');
    assert.ok(plain.indexOf('delete scaledobjects') < plain.indexOf('delete deployments'));
    assert.doesNotMatch(plain, /delete namespace|persistentvolumeclaim|secrets|helm uninstall/);
    const purge = runScript('undeploy.sh', {
      environment: { TEST_EXISTS: '1', TEST_OWN_KEDA: 'keda', PURGE: '1' },
    }).calls;
    assert.ok(
      purge.some((call) =>
        call.startsWith('kubectl delete namespaces -l app.kubernetes.io/part-of=predictive-scaler'),
      ),
    );
    assert.ok(purge.some((call) => call.startsWith('helm uninstall keda')));
  });

  it('start and end the bursts', () => {
    const created = runScript('jobs.sh', { args: ['create'], environment: { TEST_EXISTS: '1' } });
    assert.ok(
      created.calls.includes(
        `kubectl apply --server-side -k ${relative(packageRoot, deployFolder)}/boiler-bursts`,
      ),
    );
    assert.match(
      runScript('jobs.sh', { args: ['create'] }).errorOutput,
      /RabbitMQ is not there yet: make deploy/,
    );
    const deleted = runScript('jobs.sh', { args: ['delete'] });
    assert.ok(deleted.calls.includes('kubectl delete -k k8s/boiler-bursts --ignore-not-found'));
  });

  for (const script of ['nowhere', 'settings'])
    it(`refuse SCRIPT=${script}, which is no load test`, () => {
      const { status, errorOutput } = runScript('load.sh', { environment: { SCRIPT: script } });
      assert.notEqual(status, 0);
      assert.match(errorOutput, /^SCRIPT is "\w+": expected realistic-load, load-test or scaler-grpc$/m);
    });

  it('take a folder with a blank in its name for the past', () => {
    const { stdout } = spawnSync('make', ['--dry-run', 'seed-history', 'PROMETHEUS_DATA=my data'], {
      cwd: packageRoot,
      encoding: 'utf8',
    });
    assert.match(stdout, /--data-folder "my data" --app/);
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
    const { status, output, calls } = runScript('e2e.sh', {
      environment: { DRY_RUN: '1', INSTALL: 'chart' },
      tools: [],
    });
    assert.equal(status, 0);
    assert.deepEqual(calls, []);
    assert.match(output, /helm upgrade --install predictive-scaler .*br-holidays\.holidays=BR/);
    const story = [
      'docker build',
      'helm upgrade --install keda',
      'kubectl apply',
      'helm upgrade --install predictive-scaler',
      '-k k8s/e2e',
      'get hpa keda-hpa-e2e-wave',
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

  describe('run e2e', () => {
    /** Runs it on a made-up cluster whose clock goes on with each `sleep`, fifteen times as fast. */
    function story(cluster: { reactive?: boolean; deaf?: boolean } = {}) {
      for (const name of ['awk', 'grep'])
        if (!existsSync(join(folder, name)))
          symlinkSync(
            execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
            join(folder, name),
          );
      const clock = join(folder, 'now');
      writeFileSync(clock, '1700000000\n');
      rmSync(join(folder, 'sleep'));
      for (const [name, body] of [
        ['date', 'cat "$CLOCK"'],
        ['sleep', 'read -r now < "$CLOCK"; echo $((now + 15 * $1)) > "$CLOCK"'],
        ['kubectl', CLUSTER_PROGRAM],
      ] as const)
        writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      const environment = {
        ...{ SKIP_IMAGES: '1', KEEP: '1', CLOCK: clock, OUTAGE: join(folder, 'outage') },
        AHEAD_SECONDS: cluster.reactive ? '0' : '120',
        FALLBACK_AFTER_SECONDS: cluster.deaf ? '1000000' : '75',
      };
      return runScript('e2e.sh', { environment, tools: ['helm', 'docker'] });
    }

    it('to its end, where the cluster does what it should', () => {
      const { status, output, errorOutput } = story();
      assert.equal(status, 0, `${output}\n${errorOutput}`);
      const seen = [...output.matchAll(/^==> seen: (.*)$/gm)].map(([, what]) => what);
      assert.deepEqual(seen, [
        'the ScaledObject is READY',
        'the HPA has our metric',
        'KEDA reads it',
        'two replicas give one answer',
        'it sleeps at zero in the quiet half',
        'it wakes',
        'it woke before the load',
        'the HPA asks for more pods than the load of the moment needs',
        'no fallback while one scaler is killed',
        'KEDA reads the restarted scalers',
        'the next wave',
        'the forecast goes on without Prometheus',
        'KEDA falls back when the forecast is too old',
        'the HPA has the replicas of the fallback',
        'the fallback ends when Prometheus is back',
        'it goes back to zero',
      ]);
    });

    for (const [what, cluster, message] of [
      ['a scaler that only reacts', { reactive: true }, /it woke with the load \([\d.]+\) and not before it/],
      [
        'a KEDA that does not fall back',
        { deaf: true },
        /not seen: KEDA falls back when the forecast is too old/,
      ],
    ] as const)
      it(`and fail for ${what}`, () => {
        const { status, errorOutput } = story(cluster);
        assert.notEqual(status, 0);
        assert.match(errorOutput, message);
      });
  });
});

/** kubectl on a made-up cluster: OUTAGE holds since when there is no Prometheus. The wave is that of k8s/e2e. */
const CLUSTER_PROGRAM = `
read -r now < "$CLOCK"
fallback=False
if [ -e "$OUTAGE" ]; then
  read -r since < "$OUTAGE"
  [ $((now - since)) -le "$FALLBACK_AFTER_SECONDS" ] || fallback=True
fi
pods() { # least load that counts
  awk -v now="$now" -v ahead="$AHEAD_SECONDS" -v least="$1" 'BEGIN {
    for (at = now; at <= now + ahead; at += 10) { load = 30 * sin(2 * atan2(0, -1) * at / 600); if (load > highest) highest = load }
    n = int(highest / 10); if (n < highest / 10) n++
    print (highest > least ? n : 0)
  }'
}
case "$*" in
  *current-context*) echo microk8s ;;
  *'get secret'*go-template*) echo secret ;;
  *'get secret'* | *'get crd'* | *'get job'*) exit 1 ;;
  *conditions*Fallback*) echo "$fallback" ;;
  *external.metric.name*) echo s0-e2e-wave ;;
  *'get deployment e2e-wave'*) if [ "$fallback" = True ]; then echo 2; else pods 1; fi ;;
  *desiredReplicas*) if [ "$fallback" = True ]; then echo 2; else pods 0; fi ;;
  *'items[0]'*) echo predictive-scaler-0 ;;
  *proxy/api/v1/query*) echo '{"result":[{"value":[1,"0"]}]}' ;;
  *'scale statefulset/prometheus --replicas=0'*) echo "$now" > "$OUTAGE" ;;
  *'scale statefulset/prometheus --replicas=1'*) rm -f "$OUTAGE" ;;
esac
`;
