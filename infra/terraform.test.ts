import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseHcl } from '@cdktf/hcl2json';
import { parse as parseYaml } from 'yaml';
import { findProgram } from '../apps/local-stack/servers/find-program.js';
import { packageRoot } from '../scaler/shared/package-root.js';

const folder = join(packageRoot, 'infra/terraform');
const files = readdirSync(folder).filter((name) => name.endsWith('.tf') && name !== 'backend.tf');
const texts = new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
const template = readFileSync(join(folder, 'start-stack.sh.tftpl'), 'utf8');

/** A block as hcl2json gives it: each name holds the list of blocks of that name. */
type Block = Record<string, unknown>;
interface Module {
  readonly resource: Record<string, Record<string, [Block]>>;
  readonly data: Record<string, Record<string, [Block]>>;
  readonly variable: Record<
    string,
    [{ type?: string; description?: string; default?: unknown; validation?: Block[] }]
  >;
  readonly output: Record<string, [{ description?: string; value: string }]>;
  readonly locals: Record<string, unknown>[];
}

describe('the Terraform module', () => {
  const module: Module = { resource: {}, data: {}, variable: {}, output: {}, locals: [] };

  before(async () => {
    for (const [name, text] of texts) {
      const parsed = (await parseHcl(name, text)) as Partial<Module>;
      for (const kind of ['resource', 'data', 'variable', 'output'] as const)
        for (const [key, value] of Object.entries(parsed[kind] ?? {}))
          (module[kind] as Record<string, unknown>)[key] = {
            ...(module[kind][key] as object),
            ...(value as object),
          };
      (module.locals as Record<string, unknown>[]).push(...(parsed.locals ?? []));
    }
    // hcl2json gives one list for variables and outputs; merging made objects of them.
    for (const kind of ['variable', 'output'] as const)
      for (const [key, value] of Object.entries(module[kind]))
        (module[kind] as Record<string, unknown>)[key] = Object.values(value);
  });

  it('makes a network, a host, and a way to a shell without keys', () => {
    assert.deepEqual(Object.keys(module.resource).sort(), [
      'aws_iam_instance_profile',
      'aws_iam_role',
      'aws_iam_role_policy_attachment',
      'aws_instance',
      'aws_internet_gateway',
      'aws_route_table',
      'aws_route_table_association',
      'aws_security_group',
      'aws_subnet',
      'aws_vpc',
      'aws_vpc_security_group_egress_rule',
      'aws_vpc_security_group_ingress_rule',
    ]);
  });

  it('refers only to what it has', () => {
    const all = [...texts.values()].join('\n');
    for (const [, name] of all.matchAll(/\bvar\.(\w+)/g))
      assert.ok(module.variable[name!], `no variable ${name}`);
    const locals = module.locals.flatMap((block) => Object.keys(block));
    for (const [, name] of all.matchAll(/\blocal\.(\w+)/g))
      assert.ok(locals.includes(name!), `no local ${name}`);
    for (const [, data, kind, name] of all.matchAll(/(?<![\w".])(data\.)?(aws_\w+)\.(\w+)\./g))
      assert.ok((data ? module.data : module.resource)[kind!]?.[name!], `no ${data ?? ''}${kind} ${name}`);
  });

  it('says of every variable and output what it is, and asks only for the repository', () => {
    for (const [name, [variable]] of Object.entries(module.variable)) {
      assert.match(variable.description ?? '', /\.$/, `${name} has no description`);
      assert.ok(variable.type, `${name} has no type`);
    }
    for (const [name, [output]] of Object.entries(module.output)) assert.ok(output.description, name);
    const required = Object.entries(module.variable).filter(
      ([, [variable]]) => variable.default === undefined,
    );
    assert.deepEqual(
      required.map(([name]) => name),
      ['repository_url'],
    );
    assert.equal(module.variable.instance_type![0].default, 't2.micro');
  });

  it('lists its variables in the README', () => {
    const readme = readFileSync(join(packageRoot, 'infra/README.md'), 'utf8');
    const listed = [...readme.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name, value]) => [
      name,
      value!.trim(),
    ]);
    const expected = Object.entries(module.variable).map(([name, [variable]]) => {
      const value = variable.default;
      if (value === undefined) return [name, 'required'];
      return [name, value === '' || (Array.isArray(value) && value.length === 0) ? 'none' : String(value)];
    });
    assert.deepEqual(listed.sort(), expected.sort());
  });

  /** What Terraform itself makes of an expression with these variables: needs no provider. */
  function evaluate(expression: string, variables: Record<string, string>): string {
    const work = mkdtempSync(join(tmpdir(), 'terraform-'));
    try {
      for (const name of ['doors.tf', 'variables.tf']) cpSync(join(folder, name), join(work, name));
      const given = Object.entries({ repository_url: 'https://example.org/stack.git', ...variables });
      const args = given.flatMap(([name, value]) => ['-var', `${name}=${value}`]);
      const result = spawnSync('terraform', ['console', ...args], {
        cwd: work,
        encoding: 'utf8',
        input: `jsonencode(${expression})\n`,
        env: { PATH: process.env.PATH, HOME: work, NO_COLOR: '1' },
      });
      if (/Invalid value for variable/.test(result.stdout + result.stderr))
        throw new Error(result.stdout + result.stderr);
      return JSON.parse(JSON.parse(result.stdout));
    } finally {
      rmSync(work, { recursive: true });
    }
  }

  const opened: [variables: Record<string, string>, doors: Record<string, number>, profiles: string][] = [
    [{}, {}, ''],
    [
      { admin_cidrs: '["203.0.113.7/32"]', compose_profiles: 'dashboards' },
      { 'app-a': 8000, scaler: 8088, prometheus: 9090, grafana: 3000, jaeger: 16686 },
      'dashboards',
    ],
    [{ api_cidrs: '["0.0.0.0/0"]' }, { pokedex: 5000, 'pokedex-metrics': 8689 }, 'pokedex'],
    [
      {
        cadvisor_cidrs: '["203.0.113.7/32"]',
        boiler_cidrs: '["203.0.113.7/32"]',
        compose_profiles: 'boiler',
      },
      { cadvisor: 8080, 'boiler-dashboard': 8090 },
      'boiler,containers',
    ],
  ];
  for (const [variables, doors, profiles] of opened)
    it(`opens what is asked for, and starts it: ${JSON.stringify(variables)}`, function () {
      if (spawnSync('terraform', ['version']).error !== undefined) {
        console.warn('      SKIPPED: terraform is not here');
        this.skip();
      }
      const found = evaluate('local.doors', variables) as unknown as Record<string, { port: number }>;
      assert.deepEqual(
        Object.fromEntries(Object.entries(found).map(([name, { port }]) => [name.split(' ')[0], port])),
        doors,
      );
      assert.equal(evaluate('local.compose_profiles', variables), profiles);
      assert.equal(
        evaluate('local.bind_address', variables),
        Object.keys(doors).length === 0 ? '127.0.0.1' : '0.0.0.0',
      );
    });

  for (const name of ['admin_cidrs', 'cadvisor_cidrs', 'boiler_cidrs'])
    it(`refuses to open pages without a login to everybody: ${name}`, function () {
      if (spawnSync('terraform', ['version']).error !== undefined) this.skip();
      assert.throws(() => evaluate('local.doors', { [name]: '["0.0.0.0/0"]' }), /everybody \(\/0\) is/);
    });

  it('is closed by default', () => {
    for (const name of Object.keys(module.variable).filter((each) => each.endsWith('_cidrs')))
      assert.deepEqual(module.variable[name]![0].default, [], name);
    const [rule] = module.resource.aws_vpc_security_group_ingress_rule!.page!;
    assert.equal(rule.for_each, '$' + '{local.doors}');
    assert.equal(rule.cidr_ipv4, '$' + '{each.value.cidr}');
    const [group] = module.resource.aws_security_group!.stack!;
    assert.equal(group.ingress, undefined);
    for (const [name, text] of texts)
      assert.doesNotMatch(text, /key_name|tls_private_key|\bport\s*=\s*22\b|BEGIN .*KEY|AKIA/, name);
  });

  it('keeps the host’s role from containers and its disk encrypted', () => {
    const [host] = module.resource.aws_instance!.host! as [Record<string, [Block]>];
    assert.deepEqual(host.metadata_options![0], { http_tokens: 'required', http_put_response_hop_limit: 1 });
    assert.equal(host.root_block_device![0].encrypted, true);
  });

  it('shows pages on the ports that compose.yaml publishes for them', () => {
    const { services } = parseYaml(readFileSync(join(packageRoot, 'compose.yaml'), 'utf8'), {
      merge: true,
    }) as {
      services: Record<string, { ports?: string[] }>;
    };
    const ports = module.locals.map((block) => block.ports).find(Boolean) as Record<string, { port: number }>;
    assert.ok(Object.keys(ports).length > 3);
    for (const [name, { port }] of Object.entries(ports)) {
      const published = (services[name.replace(/-metrics$/, '')]?.ports ?? []).map((text) =>
        Number(text.split(':').at(-2)),
      );
      assert.ok(published.includes(port), `compose.yaml does not publish ${port} for ${name}`);
    }
    assert.match(module.output.urls![0].value, /local\.ports/);
  });

  it('starts the stack with a script that is clean, knows its template’s values and makes every password', () => {
    const values: Record<string, string> = {
      repository_url: 'https://example.org/stack.git',
      revision: 'main',
      compose_profiles: 'dashboards,traces',
      bind_address: '127.0.0.1',
    };
    const given = /tftpl", \{(.*?)\n {2}\}\)/s.exec(texts.get('host.tf')!)![1]!;
    assert.deepEqual(
      [...given.matchAll(/^\s*(\w+)\s*=/gm)].map(([, name]) => name).sort(),
      Object.keys(values).sort(),
    );
    const script = template.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => {
      assert.ok(values[name], `${whole} is not given`);
      return values[name]!;
    });
    const work = mkdtempSync(join(tmpdir(), 'start-stack-'));
    try {
      writeFileSync(join(work, 'start-stack.sh'), script);
      execFileSync('shellcheck', [join(work, 'start-stack.sh')]);
      // Its part about .env, run on the real example.
      writeFileSync(join(work, '.env.example'), readFileSync(join(packageRoot, '.env.example')));
      const part = script.slice(
        script.indexOf('if [ ! -e .env ]'),
        script.indexOf('# One image after the other'),
      );
      execFileSync('sh', ['-euc', part], { cwd: work });
      const environment = new Map(
        [...readFileSync(join(work, '.env'), 'utf8').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
          ([, name, value]) => [name!, value!],
        ),
      );
      assert.equal(environment.get('COMPOSE_PROFILES'), 'dashboards,traces');
      assert.equal(environment.get('BIND_ADDRESS'), '127.0.0.1');
      const passwords = [...environment].filter(([name]) => name.endsWith('PASSWORD'));
      assert.ok(passwords.length >= 5);
      for (const [name, value] of passwords) assert.match(value, /^[0-9a-f]{32}$/, name);
      assert.equal(new Set(passwords.map(([, value]) => value)).size, passwords.length);
    } finally {
      rmSync(work, { recursive: true });
    }
  });

  it('is formatted', function () {
    const hclfmt = findProgram('hclfmt');
    if (hclfmt === undefined) {
      console.warn('      SKIPPED: hclfmt is not here: "make tools" gets it');
      this.skip();
    }
    for (const [name, text] of texts)
      assert.equal(execFileSync(hclfmt, [join(folder, name)], { encoding: 'utf8' }), text, name);
  });
});

describe('the workflows', () => {
  const workflows = readdirSync(join(packageRoot, '.github/workflows')).map((name): [string, string] => [
    name,
    readFileSync(join(packageRoot, '.github/workflows', name), 'utf8'),
  ]);

  for (const [name, text] of workflows) {
    it(`${name} pins every action by its commit, says which rights it takes and how long it may run`, () => {
      const workflow = parseYaml(text) as {
        permissions?: object;
        jobs: Record<string, { 'timeout-minutes'?: number; steps: { uses?: string }[] }>;
      };
      assert.ok(workflow.permissions);
      for (const [job, { steps, 'timeout-minutes': minutes }] of Object.entries(workflow.jobs)) {
        assert.ok(minutes, `${job} may run for ever`);
        for (const { uses } of steps) if (uses) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      }
      for (const [line] of text.matchAll(/uses: .*/g)) assert.match(line, /# v\d+\.\d+\.\d+$/, line);
    });

    it(`${name} hands what people write to scripts as variables, never as part of them`, () => {
      const { jobs } = parseYaml(text) as { jobs: Record<string, { steps: { run?: string }[] }> };
      for (const { run = '' } of Object.values(jobs).flatMap(({ steps }) => steps))
        assert.doesNotMatch(run, /\$\{\{/);
    });
  }

  it('release builds every image that the Dockerfile offers', () => {
    const release = parseYaml(workflows.find(([name]) => name === 'release.yml')![1]);
    const dockerfile = readFileSync(join(packageRoot, 'Dockerfile'), 'utf8');
    const offered = [...dockerfile.matchAll(/^FROM base AS (\S+)/gm)].map(([, target]) => target);
    assert.deepEqual(release.jobs.images.strategy.matrix.target.toSorted(), offered.sort());
  });

  it('are clean for actionlint, their scripts included', function () {
    const actionlint = findProgram('actionlint');
    if (actionlint === undefined) {
      console.warn('      SKIPPED: actionlint is not here: "make tools" gets it');
      this.skip();
    }
    const files = workflows.map(([name]) => join('.github/workflows', name));
    const result = spawnSync(actionlint, files, { cwd: packageRoot, encoding: 'utf8' });
    assert.equal(result.status, 0, result.stdout + result.stderr);
  }).timeout(30_000);

  it('e2e runs all of its steps with the oldest KEDA and new ones, from the overlay and from the chart', () => {
    const { story } = parseYaml(workflows.find(([name]) => name === 'e2e.yml')![1]).jobs;
    const { keda, install } = story.strategy.matrix as { keda: string[]; install: string[] };
    assert.ok(keda.includes('2.15.1') && keda.length >= 3);
    assert.deepEqual(install, ['overlay', 'chart']);
    const { run: script } = story.steps.find(({ name }: { name?: string }) => name === 'Tell the story');
    for (const version of keda)
      for (const way of install) {
        const output = execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
          cwd: packageRoot,
          encoding: 'utf8',
          env: {
            PATH: process.env.PATH,
            DRY_RUN: '1',
            DEPLOY_FOLDER: 'var/none',
            OVERLAY: story.env.OVERLAY,
            KEDA_VERSION: version,
            INSTALL: way,
          },
        });
        assert.ok(output.includes(`--version ${version} `));
        assert.equal(output.includes('helm upgrade --install predictive-scaler'), way === 'chart');
        assert.match(output, /must say kind-predictive-scaler/);
        assert.match(output, /SCALER_PLANNER_MAX_STALENESS=1m/);
      }
  }).timeout(30_000);

  it('release pushes charts that name the images it has pushed', function () {
    const helm = findProgram('helm');
    if (helm === undefined) {
      console.warn('      SKIPPED: helm is not here: "make tools" gets it');
      this.skip();
    }
    const release = parseYaml(workflows.find(([name]) => name === 'release.yml')![1]);
    const { run: script } = release.jobs.charts.steps.find(
      ({ name }: { name?: string }) => name === 'Package and push',
    );
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    const work = mkdtempSync(join(tmpdir(), 'release-'));
    try {
      for (const part of ['k8s/charts', 'compose'])
        cpSync(join(packageRoot, part), join(work, part), { recursive: true, verbatimSymlinks: true });
      mkdirSync(join(work, 'bin'));
      const wrapper = `#!/bin/sh\nif [ "$1" = push ]; then echo "$*" >> pushed; else exec ${helm} "$@"; fi\n`;
      writeFileSync(join(work, 'bin/helm'), wrapper, { mode: 0o755 });
      execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
        cwd: work,
        env: {
          PATH: `${join(work, 'bin')}:${process.env.PATH}`,
          HOME: work,
          REGISTRY: 'ghcr.io',
          GITHUB_REPOSITORY: 'Shop/Scaler',
          GITHUB_REF_NAME: `v${version}`,
        },
        stdio: 'pipe',
      });
      const charts = ['predictive-scaler', 'boiler'].map((chart) => `packages/${chart}-${version}.tgz`);
      assert.deepEqual(
        readFileSync(join(work, 'pushed'), 'utf8').trim().split('\n'),
        charts.map((path) => `push ${path} oci://ghcr.io/shop/scaler/charts`),
      );
      const values = ['--set', 'prometheusAddress=http://prometheus:9090', '--kube-version=1.32.0'];
      const scaler = execFileSync(helm, ['template', 'x', charts[0]!, ...values], {
        cwd: work,
        encoding: 'utf8',
      });
      assert.match(scaler, new RegExp(`image: ghcr.io/shop/scaler/scaler:${version}\n`));
      const broker = ['--set', 'rabbitmq.existingSecret=rabbitmq', '--kube-version=1.32.0'];
      const boiler = execFileSync(helm, ['template', 'x', charts[1]!, ...broker], {
        cwd: work,
        encoding: 'utf8',
      });
      assert.match(boiler, new RegExp(`image: ghcr.io/shop/scaler/boiler-consumer:${version}\n`));
    } finally {
      rmSync(work, { recursive: true });
    }
  }).timeout(30_000);

  it('deploy builds every image that the Dockerfile offers', () => {
    const common = readFileSync(join(packageRoot, 'scripts/deploy/common.sh'), 'utf8');
    const dockerfile = readFileSync(join(packageRoot, 'Dockerfile'), 'utf8');
    const offered = [...dockerfile.matchAll(/^FROM base AS (\S+)/gm)].map(([, target]) => target);
    assert.deepEqual(/^targets="(.*)"$/m.exec(common)![1]!.split(' ').sort(), offered.sort());
  });

  it('infra gives Terraform variables that it has', () => {
    const variables = [...texts.get('variables.tf')!.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name);
    for (const [name, text] of workflows)
      for (const [, variable] of text.matchAll(/TF_VAR_(\w+):/g))
        assert.ok(variables.includes(variable), `${name}: ${variable}`);
  });
});
