import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeVariables, readEnvironment } from '../apps/shared/environment.js';
import { commonVariables } from '../apps/shared/run-program.js';
import { packageRoot } from '../scaler/shared/package-root.js';
import { readDockerfile } from '../test/support/compose/dockerfile.js';
import { appVariables } from '../test/support/compose/programs.js';

interface Service {
  image: string;
  build?: { context: string; target: string };
  profiles?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  mem_limit?: string;
  restart?: string;
  read_only?: boolean;
}

const text = readFileSync(join(packageRoot, 'compose.yaml'), 'utf8');
const compose = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const stages = readDockerfile();
const envExample = readFileSync(join(packageRoot, '.env.example'), 'utf8');
const exampleVariables = new Map(
  [...envExample.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
);

/** Ports that the images of others listen on, from their documentation. */
const portsOfImages: Record<string, number[]> = {
  'prom/prometheus': [9090],
  'prom/alertmanager': [9093],
  'grafana/grafana': [3000],
  'jaegertracing/jaeger': [16686, 4318, 8888],
  'gcr.io/cadvisor/cadvisor': [8080],
  mysql: [3306],
  rabbitmq: [5672, 15672, 15692],
};

/** Ports that a service's container listens on. */
function portsOf(service: Service): number[] {
  if (service.build) return stages.get(service.build.target)!.ports;
  return portsOfImages[service.image.split(':')[0]!] ?? [];
}

/** A value of compose.yaml with its variables filled in: sample text for what .env.example leaves open. */
function filledIn(value: string): string {
  return value
    .replaceAll(
      /\$\{(\w+)(?::[-?][^}]*)?\}/g,
      (_, name: string) => exampleVariables.get(name) || `sample${name.length}`,
    )
    .replaceAll('$$', '$');
}

const runsOnDemand = ({ profiles = [] }: Service) => profiles.includes('seed') || profiles.includes('load');

describe('compose.yaml', () => {
  for (const [name, service] of services) {
    describe(`the service ${name}`, () => {
      it('has an image that is built here or pinned to a full version', () => {
        if (service.build) {
          assert.equal(service.build.context, '.');
          assert.ok(stages.get(service.build.target)?.entrypoint, `no target ${service.build.target}`);
        } else {
          assert.match(service.image, /^[\w./-]+:v?\d+\.\d+\.\d+(-[\w.]+)?$/);
        }
      });

      it('publishes ports that its program listens on', () => {
        for (const published of service.ports ?? []) {
          const container = Number(published.split(':').at(-1));
          assert.ok(portsOf(service).includes(container), `${service.image} does not listen on ${container}`);
          assert.ok(
            published.startsWith('$' + '{BIND_ADDRESS:-127.0.0.1}:'),
            `${published} binds to every address`,
          );
        }
      });

      it('gives its program the variables it needs, under names it knows and with values it takes', () => {
        const environment = Object.entries(service.environment ?? {}).map(([key, value]) => [
          key,
          filledIn(String(value)),
        ]);
        const target = service.build?.target;
        if (target === 'scaler') {
          const reference = readFileSync(join(packageRoot, 'docs/configuration.md'), 'utf8');
          for (const [key] of environment)
            assert.ok(reference.includes(`\`${key}\``), `the scaler does not know ${key}`);
        }
        const schema = target === undefined ? undefined : appVariables[target];
        if (schema === undefined) return;
        const all = z.object({ ...commonVariables.shape, ...schema.shape });
        const known = describeVariables(all).map((variable) => variable.name);
        for (const [key] of environment) assert.ok(known.includes(key!), `${target} does not know ${key}`);
        readEnvironment(all, Object.fromEntries(environment));
      });

      it('mounts files and volumes that are there', () => {
        for (const volume of service.volumes ?? []) {
          const [source, , mode] = filledIn(volume).split(':') as [string, string, string?];
          if (source.startsWith('./')) {
            assert.ok(existsSync(join(packageRoot, source)), `${source} is missing`);
            assert.equal(mode, 'ro', `${source} of the repository could be written`);
          } else if (!source.startsWith('/')) {
            assert.ok(source in compose.volumes, `the volume ${source} is not declared`);
          } else {
            assert.equal(name, 'cadvisor', 'only cAdvisor looks at the host');
          }
        }
      });

      it('has a memory limit', () => {
        assert.match(service.mem_limit ?? '', /^\d+m$/);
      });

      it('has a health check, unless it is a command', () => {
        if (runsOnDemand(service)) return;
        const ofImage = service.build ? stages.get(service.build.target)!.healthCheck : undefined;
        assert.ok(service.healthcheck?.test.length ?? ofImage?.length);
        assert.equal(service.restart, 'unless-stopped');
      });

      it('waits for services that run whenever it does', () => {
        for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
          const dependency = compose.services[other];
          assert.ok(dependency, `${other} does not exist`);
          assert.ok(['service_healthy', 'service_completed_successfully'].includes(condition));
          const needed = dependency.profiles;
          for (const profile of needed === undefined ? [] : (service.profiles ?? ['none']))
            assert.ok(needed?.includes(profile), `with the profile ${profile}, ${other} would not run`);
        }
      });

      it('runs without rights to spare, when it is ours', () => {
        if (service.build) assert.equal(service.read_only, true);
      });
    });
  }

  it('publishes the ports that the documentation names, each once', () => {
    const published = services.flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [Number(port.split(':').at(-2)), name] as const),
    );
    const readme = readFileSync(join(packageRoot, 'compose/README.md'), 'utf8');
    const documented = [...readme.matchAll(/^\| (\d+) \| `([\w-]+)`/gm)].map(([, port, name]) => [
      Number(port),
      name,
    ]);
    assert.deepEqual(
      published.toSorted(([one], [other]) => one - other),
      documented,
    );
    assert.equal(new Set(published.map(([port]) => port)).size, published.length);
  });

  it('has every variable in .env.example, and none there that it does not use', () => {
    const used = new Set([...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!));
    assert.deepEqual([...exampleVariables.keys()].sort(), [...used, 'COMPOSE_PROFILES'].sort());
  });

  it('has no secret of its own: passwords must be set, tokens are empty', () => {
    for (const [name, value] of exampleVariables) {
      if (!/PASSWORD|TOKEN/.test(name)) continue;
      assert.equal(value, '', `${name} has a value in .env.example`);
      for (const [use] of text.matchAll(new RegExp(`\\$\\{${name}[^}]*\\}`, 'g')))
        assert.match(use, /PASSWORD:\?|TOKEN:-\}$/, `${use} has a default`);
    }
    for (const [name, { environment = {} }] of services)
      for (const [key, value] of Object.entries(environment))
        if (/PASSWORD|PASS$|TOKEN|URI/.test(key))
          assert.match(String(value), /\$\{/, `${name}: ${key} is written out`);
  });

  it('knows the profiles that .env.example names', () => {
    const named = /any of: ([\w, -]+)\./.exec(envExample)![1]!.split(', ');
    const used = new Set(services.flatMap(([, { profiles = [] }]) => profiles));
    assert.deepEqual([...named, 'all', 'load', 'seed'].sort(), [...used].sort());
  });

  it('runs everything but commands with the profile all', () => {
    for (const [name, service] of services)
      if (service.profiles !== undefined && !runsOnDemand(service))
        assert.ok(service.profiles.includes('all'), `${name} is not in the profile all`);
  });

  it('keeps the core of the stack within 3 GiB, and all of it within 8', () => {
    const megabytes = (chosen: (service: Service) => boolean) =>
      services
        .filter(([, service]) => chosen(service))
        .reduce((sum, [, { mem_limit }]) => sum + parseInt(mem_limit!, 10), 0);
    assert.ok(megabytes(({ profiles }) => profiles === undefined) <= 3072);
    assert.ok(megabytes((service) => !runsOnDemand(service)) <= 8192);
  });
});

describe('what Prometheus scrapes in the compose stack', () => {
  interface ScrapeConfig {
    job_name: string;
    dns_sd_configs?: { names: string[]; port: number }[];
  }
  const { scrape_configs: jobs } = parse(
    readFileSync(join(packageRoot, 'compose/prometheus/prometheus.yml'), 'utf8'),
    { merge: true },
  ) as { scrape_configs: ScrapeConfig[] };
  const targets = jobs.flatMap(({ dns_sd_configs = [] }) =>
    dns_sd_configs.flatMap(({ names, port }) => names.map((name) => [name, port] as const)),
  );

  it('are services of the stack, on ports that they listen on', () => {
    for (const [name, port] of targets) {
      assert.ok(compose.services[name], `${name} is no service`);
      assert.ok(portsOf(compose.services[name]).includes(port), `${name} does not listen on ${port}`);
    }
  });

  it('are all of our long-running programs, on their metrics port', () => {
    for (const [name, service] of services) {
      if (!service.build || runsOnDemand(service)) continue;
      const [, , , metricsPort = '8080'] = stages.get(service.build.target)!.healthCheck!;
      assert.ok(
        targets.some(([target, port]) => target === name && port === Number(metricsPort)),
        `${name} is not scraped on ${metricsPort}`,
      );
    }
  });
});
