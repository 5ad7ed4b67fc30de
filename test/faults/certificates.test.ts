import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { callUnary, connect } from '../../scaler/grpc/client.js';
import { createGrpcServer } from '../../scaler/grpc/server.js';
import { Sources } from '../../scaler/history/sources.js';
import { sourcesSchema } from '../../scaler/prometheus/source-config.js';
import { Authority, type Pair } from '../support/authority.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { scaledObjectRef } from '../support/grpc/client.js';
import { InMemoryAnswers } from '../support/grpc/in-memory-answers.js';
import { countingParser } from '../support/grpc/parse-trigger.js';
import { RecordingLog } from '../support/grpc/recording-log.js';
import { HistoryRecorder } from '../support/history-recorder.js';
import { printResults, type Result } from '../support/result-table.js';

const ROTATIONS = 6;

describe('certificates that rotate under load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scaler-rotation-'));
  const authority = new Authority(folder, 'authority');
  const pairs = [authority.issue('first'), authority.issue('second')];
  const files: Pair = { certFile: join(folder, 'used.crt'), keyFile: join(folder, 'used.key') };
  const results: Result[] = [];

  after(() => {
    rmSync(folder, { recursive: true });
    printResults('Certificates that rotate under load', results);
  });

  /** Puts the next pair in place, the certificate first and its key a moment later. */
  async function rotate(turn: number): Promise<void> {
    for (const role of ['certFile', 'keyFile'] as const) {
      copyFileSync(pairs[turn % 2]![role], `${files[role]}.new`);
      renameSync(`${files[role]}.new`, files[role]);
      // Longer than it takes to look at the files once more.
      if (role === 'certFile') await delay(100);
    }
  }

  /** Runs a call again and again, several at a time, until `stop`. */
  function load(atATime: number, call: () => Promise<unknown>) {
    const outcome = { calls: 0, failures: new Set<string>() };
    let isOver = false;
    const running = Promise.all(
      Array.from({ length: atATime }, async () => {
        while (!isOver) {
          await call().catch((error: Error) => outcome.failures.add(error.message));
          outcome.calls++;
        }
      }),
    );
    return {
      outcome,
      stop: async () => {
        isOver = true;
        await running;
      },
    };
  }

  it('loses no call of clients, on old and on new connections', async () => {
    await rotate(0);
    const answers = new InMemoryAnswers();
    answers.set('web-load', 1);
    const log = new RecordingLog();
    const tls = { ...files, clientCaFile: authority.caFile };
    const server = createGrpcServer({
      answers,
      parseTrigger: countingParser(),
      tls,
      tlsRefreshSeconds: 0.05,
      log,
    });
    const port = await server.listen({ host: 'localhost', port: 0 });
    const own = authority.issue('client');
    const [ca, key, cert] = [authority.caFile, own.keyFile, own.certFile].map((file) => readFileSync(file));
    const open = () => connect(`localhost:${port}`, credentials.createSsl(ca!, key, cert));
    const lasting = open();
    const onOld = load(8, () => callUnary(lasting, 'IsActive', scaledObjectRef(), 60));
    const onNew = load(2, async () => {
      const client = open();
      await callUnary(client, 'IsActive', scaledObjectRef(), 60).finally(() => client.close());
    });
    try {
      await pollUntil('calls to be under way', () => onNew.outcome.calls > 10);
      for (let turn = 1; turn <= ROTATIONS; turn++) {
        await rotate(turn);
        const before = onNew.outcome.calls;
        await pollUntil('the files to be read', () => log.messages('info').length >= turn);
        await pollUntil('new connections', () => onNew.outcome.calls > before + 10);
      }
    } finally {
      await Promise.all([onOld.stop(), onNew.stop()]);
      lasting.close();
      await server.drain();
    }
    assert.deepEqual([...onOld.outcome.failures, ...onNew.outcome.failures], []);
    results.push({
      what: "the server's certificate, with mutual TLS; its key comes a moment after it",
      many: `${ROTATIONS} rotations, ${onOld.outcome.calls} calls on one connection, ${onNew.outcome.calls} on a new one each`,
      result: 'no call failed',
    });
  });

  it('loses no request to Prometheus, whose certificate and our own rotate', async () => {
    await rotate(0);
    const prometheus = await PrometheusServer.start();
    const proxy = await FaultProxy.start(prometheus.address, pairs[0]!);
    const source = {
      address: proxy.address,
      retries: 0,
      concurrency: 4,
      tls: { caFile: authority.caFile, ...files },
    };
    const recorder = new HistoryRecorder();
    const sources = new Sources(sourcesSchema.parse({ named: { main: source } }), recorder);
    const { history } = sources.open({ kind: 'named', name: 'main' });
    let at = 0;
    const asking = load(6, () => history.instant('vector(1)', at++));
    try {
      await pollUntil('requests to be under way', () => asking.outcome.calls > 10);
      for (let turn = 1; turn <= ROTATIONS; turn++) {
        proxy.showCertificate(pairs[turn % 2]!);
        await rotate(turn);
        const before = asking.outcome.calls;
        await pollUntil('requests with the new files', () => asking.outcome.calls > before + 50);
      }
    } finally {
      await asking.stop();
      await sources.close();
      await proxy.close();
      await prometheus.close();
    }
    assert.deepEqual([...asking.outcome.failures], []);
    // Each time the key was missing for a moment, which is told, as is its end.
    assert.equal(recorder.notices.filter(({ topic }) => topic === 'files').length, 2 * ROTATIONS);
    results.push({
      what: "Prometheus' certificate and the scaler's own towards it",
      many: `${ROTATIONS} rotations, ${asking.outcome.calls} requests`,
      result: 'no request failed, none was tried twice',
    });
  });
});
