import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { endProcess, endWithThisProcess } from '../apps/local-stack/servers/end-process.js';
import { freePorts } from '../apps/local-stack/servers/free-ports.js';
import { pollUntil } from '../apps/local-stack/servers/poll-until.js';
import { packageRoot } from '../scaler/shared/package-root.js';

const run = promisify(execFile);
const folder = join(packageRoot, 'compose');
const rulesFolder = join(folder, 'prometheus/rules');
const ruleFiles = readdirSync(rulesFolder).filter((name) => name.endsWith('.rules.yml'));

describe('the alert rules', () => {
  it('are accepted by Prometheus together with its configuration', async () => {
    await run('promtool', ['check', 'config', '--syntax-only', join(folder, 'prometheus/prometheus.yml')]);
    await run('promtool', ['check', 'rules', ...ruleFiles.map((name) => join(rulesFolder, name))]);
  });

  for (const name of ruleFiles) {
    it(`of ${name} fire when they should, and only then`, async () => {
      const tests = join(rulesFolder, name.replace('.yml', '.test.yml'));
      await run('promtool', ['test', 'rules', tests]).catch((error: { stdout: string; stderr: string }) => {
        assert.fail(`${error.stdout}${error.stderr}`);
      });
    });
  }

  const alerts = ruleFiles.flatMap((name) => {
    const { groups } = parse(readFileSync(join(rulesFolder, name), 'utf8')) as {
      groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
    };
    return groups.flatMap(({ rules }) => rules);
  });

  it('each have a test that fires them', () => {
    const tests = ruleFiles
      .map((name) => readFileSync(join(rulesFolder, name.replace('.yml', '.test.yml')), 'utf8'))
      .map(
        (text) =>
          parse(text) as { tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[] },
      );
    const fired = tests.flatMap((file) =>
      file.tests.flatMap((test) =>
        test.alert_rule_test
          .filter(({ exp_alerts }) => exp_alerts.length > 0)
          .map(({ alertname }) => alertname),
      ),
    );
    assert.deepEqual(
      alerts.map(({ alert }) => alert).filter((alert) => !fired.includes(alert)),
      [],
    );
  });

  it('each have their texts in English and Portuguese', () => {
    for (const { alert, annotations } of alerts)
      assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'resumo', 'descricao'], alert);
  });

  it('are listed in the README', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8').split('## Alerts')[1]!;
    const listed = [...readme.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), alerts.map(({ alert }) => alert).sort());
  });

  it('ask only for metrics that the documentation of a program names', () => {
    const readmes = readdirSync(join(packageRoot, 'apps')).map((app) => `apps/${app}/README.md`);
    const known = ['docs/metrics.md', ...readmes]
      .filter((path) => existsSync(join(packageRoot, path)))
      .map((path) => readFileSync(join(packageRoot, path), 'utf8'))
      .join('\n');
    // Not ours: Prometheus' own series, and RabbitMQ's (rabbitmq_prometheus, metrics.md).
    const foreign = ['up', 'rabbitmq_queue_messages_ready'];
    for (const { alert, expr } of alerts)
      for (const [metric] of expr.matchAll(/\b(?:up|[a-z]+(?:_[a-z]+)+)(?=\s*[{[=]|\s+[=>])/g))
        assert.ok(foreign.includes(metric) || known.includes(`\`${metric}`), `${alert} asks for ${metric}`);
  });
});

describe("Alertmanager's configuration", () => {
  const script = join(folder, 'alertmanager/render.sh');
  const render = (environment: Record<string, string>) =>
    execFileSync('sh', [script], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const telegram = { TELEGRAM_BOT_TOKEN: '123456:ABC-def_1', TELEGRAM_CHAT_ID: '-1001234567890' };

  for (const [name, environment, receiver] of [
    ['without Telegram', {}, 'page-only'],
    [
      'with empty variables, as compose passes them',
      { TELEGRAM_BOT_TOKEN: '', TELEGRAM_CHAT_ID: '' },
      'page-only',
    ],
    ['with Telegram', telegram, 'telegram'],
  ] as const) {
    it(`is valid ${name}, and sends to ${receiver}`, async () => {
      const temporary = await mkdtemp(join(tmpdir(), 'alertmanager-'));
      const file = join(temporary, 'alertmanager.yml');
      await writeFile(file, render(environment));
      await run('amtool', ['check-config', file]);
      const { stdout } = await run('amtool', [
        'config',
        'routes',
        'test',
        `--config.file=${file}`,
        'severity=critical',
      ]);
      assert.equal(stdout.trim(), receiver);
      await rm(temporary, { recursive: true });
    });
  }

  it('says what it says in the language that is set, and refuses others', () => {
    assert.match(render(telegram), /\{\{ \.Annotations\.summary \}\}/);
    const inPortuguese = render({ ...telegram, ALERT_LANGUAGE: 'pt-BR' });
    assert.match(inPortuguese, /\{\{ or \.Annotations\.resumo \.Annotations\.summary \}\}/);
    assert.throws(() => render({ ALERT_LANGUAGE: 'pt' }), /ALERT_LANGUAGE is "pt": expected en or pt-BR/);
  });

  it('brings an alert to the chat, started as in Kubernetes', async function () {
    this.timeout(60_000);
    const { spec } = parse(
      readFileSync(join(packageRoot, 'k8s/base/alertmanager/stateful-set.yaml'), 'utf8'),
    );
    const [shell, flags, command] = spec.template.spec.containers[0].command as [string, string, string];
    const temporary = await mkdtemp(join(tmpdir(), 'alertmanager-'));
    const messages: unknown[] = [];
    const chat = createServer(async (request, response) => {
      messages.push({ url: request.url, body: new URLSearchParams(await text(request)).toString() });
      const message = { message_id: 1, date: 1, chat: { id: 1, type: 'group' } };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ ok: true, result: message }));
    }).listen(0, '127.0.0.1');
    await once(chat, 'listening');
    const [port] = await freePorts(1);
    const here = command
      .replaceAll('/run/alertmanager', temporary)
      .replaceAll('/etc/alertmanager-render', join(folder, 'alertmanager'))
      .replace('/bin/alertmanager', 'prometheus-alertmanager')
      .replace(
        '--storage.path=/alertmanager',
        `--storage.path=${temporary}/data --web.listen-address=127.0.0.1:${port}`,
      )
      // An alert is otherwise kept back for a while, for others of its kind to come with it.
      .replace(/render\.sh/, "$& | sed 's/group_wait: 30s/group_wait: 0s/'");
    assert.ok(here.includes('prometheus-alertmanager --config.file='));
    const child = spawn(shell, [flags, here], {
      env: {
        PATH: process.env.PATH,
        ...telegram,
        TELEGRAM_API_URL: `http://127.0.0.1:${(chat.address() as AddressInfo).port}`,
      },
      stdio: 'ignore',
    });
    endWithThisProcess(child);
    try {
      const url = `http://127.0.0.1:${port}`;
      await pollUntil(
        'a ready Alertmanager',
        async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true,
      );
      const posted = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([
          {
            labels: { alertname: 'QueueGrowing', severity: 'warning' },
            annotations: { summary: 'queue sensors grows' },
          },
        ]),
      });
      assert.equal(posted.status, 200);
      await pollUntil('a message in the chat', async () =>
        messages.some((each) => /sendMessage/.test(JSON.stringify(each))),
      );
      const sent = JSON.stringify(messages.find((each) => /sendMessage/.test(JSON.stringify(each))));
      for (const part of [telegram.TELEGRAM_BOT_TOKEN, telegram.TELEGRAM_CHAT_ID, 'QueueGrowing', 'queue'])
        assert.ok(sent.includes(part), `${part} is not in ${sent}`);
    } finally {
      await endProcess(child, 'SIGTERM');
      chat.close();
      chat.closeAllConnections();
      await rm(temporary, { recursive: true });
    }
  });

  for (const [name, environment, reason] of [
    [
      'the chat is missing',
      { TELEGRAM_BOT_TOKEN: telegram.TELEGRAM_BOT_TOKEN },
      /TELEGRAM_CHAT_ID is not: set both/,
    ],
    ['the token is missing', { TELEGRAM_CHAT_ID: '1' }, /TELEGRAM_BOT_TOKEN is not: set both/],
    [
      'the chat is a name',
      { ...telegram, TELEGRAM_CHAT_ID: '@ops' },
      /TELEGRAM_CHAT_ID is "@ops": expected a number/,
    ],
    ['the token is odd', { ...telegram, TELEGRAM_BOT_TOKEN: 'hunter2" x' }, /does not look like a token/],
  ] as const) {
    it(`is refused with the reason when ${name}, and shows no token`, () => {
      assert.throws(
        () => render(environment),
        (error: { stderr: string }) => reason.test(error.stderr) && !error.stderr.includes('hunter2'),
      );
    });
  }
});
