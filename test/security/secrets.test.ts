import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { request } from 'undici';
import { freePorts } from '../../apps/local-stack/servers/free-ports.js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { callUnary, connect } from '../../scaler/grpc/client.js';
import { Authority } from '../support/authority.js';
import { startHttpServer, type TestHttpServer } from '../support/http-server.js';
import { ScalerProcess } from '../support/scaler-process.js';

/** How the stand-in for a source answers, by the first part of the path. */
const manners = [
  'well',
  'unauthorised',
  'refusing',
  'failing',
  'warning',
  'labelling',
  'mistyping',
  'garbling',
  'encoding',
  'busy',
  'redirecting',
  'redirecting-to-its-other-port',
  'breaking-off',
] as const;

/** Of a trigger by its number: one namespace may use 32 addresses, and here are more. */
const namespaceOf = (i: number): string => `shop-${i % 10}`;

/** A secret that is found again however it is written: its middle is the same in addresses, JSON and shells. */
class Canaries {
  readonly #marks: string[] = [];

  /** @param tail characters that other notations write in another way */
  make(tail = '/+&"%~'): string {
    const mark = `canary${this.#marks.length}canary${'xyz'[this.#marks.length % 3]}`;
    this.#marks.push(mark);
    return `${mark}${tail}`;
  }

  /** Marks of which a text holds any form. */
  in(text: string): string[] {
    const folded = text.toLowerCase();
    return this.#marks.filter(
      (mark) =>
        folded.includes(mark) ||
        folded.includes(Buffer.from(mark).toString('hex')) ||
        base64Forms(mark).some((form) => text.includes(form)),
    );
  }

  get all(): readonly string[] {
    return this.#marks;
  }
}

/** What of a text's base64 is the same whatever stands before and after it, for the three ways it can be aligned. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('\0'.repeat(offset) + text)
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(Math.ceil((offset * 8) / 6), -1);
  });
}

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scaler-secrets-'));
  const canaries = new Canaries();
  const cleanUps: (() => Promise<unknown>)[] = [];
  /** All that the stand-in for a source was sent. */
  let sent = '';
  /** All that came to a host to which nothing belongs. */
  const strayed: string[] = [];

  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
    rmSync(folder, { recursive: true });
  });

  async function serve(listener: (request: IncomingMessage, response: ServerResponse) => void, tls?: object) {
    const server = await startHttpServer((request, response) => {
      request.resume().once('end', () => listener(request, response));
    }, tls);
    cleanUps.push(() => server.close());
    return server;
  }

  function file(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Answers in its manner, and says in every place that it can what it was sent. */
  function answerAs(
    manner: string,
    elsewhere: TestHttpServer,
    { headers, url }: IncomingMessage,
    response: ServerResponse,
  ) {
    const parameters = Object.fromEntries(new URL(url!, 'http://here').searchParams);
    const [scheme, carried = ''] = (headers.authorization ?? '').split(' ');
    const decoded = scheme === 'Basic' ? Buffer.from(carried, 'base64').toString() : carried;
    // What matters first, since messages are cut; then all that came.
    const echo = [
      carried,
      decoded,
      headers['x-api-key'],
      parameters.apikey,
      url,
      JSON.stringify(headers),
    ].join(' ');
    const fail = (status: number, errorType = 'unauthorized') => {
      response.statusCode = status;
      response.end(JSON.stringify({ status: 'error', errorType: `${errorType} ${carried}`, error: echo }));
    };
    const give = (result: object[], more: object = {}) =>
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result }, ...more }));
    const value = [Date.now() / 1000, '42'];
    switch (manner) {
      case 'unauthorised':
        return fail(401);
      case 'refusing':
        return fail(400, 'bad_data');
      case 'failing':
        return fail(500);
      case 'busy':
        response.setHeader('retry-after', '1');
        return fail(429);
      case 'warning':
        return give([{ metric: {}, value }], { warnings: [echo, carried, decoded] });
      case 'labelling':
        return give(
          [carried, decoded, String(headers['x-api-key']), String(parameters.apikey)].map((text, i) => ({
            metric: { [`l${i}`]: text, pod: echo },
            value,
          })),
        );
      case 'mistyping':
        return response.end(
          JSON.stringify({ status: 'success', data: { resultType: `${'x'.repeat(60)}${decoded}` } }),
        );
      case 'garbling':
        response.setHeader('content-type', `text/html; for=${decoded}; key=${headers['x-api-key']}`);
        return response.end(`<html>${echo}`);
      case 'encoding':
        response.setHeader('content-encoding', carried || String(headers['x-api-key']));
        return response.end();
      case 'redirecting':
        return response.writeHead(308, { location: `${elsewhere.address}${url}` }).end();
      case 'redirecting-to-its-other-port':
        return response.writeHead(302, { location: `//127.0.0.1:${elsewhere.port}${url}` }).end();
      case 'breaking-off':
        return response.socket!.destroy();
      default:
        return give([{ metric: {}, value }]);
    }
  }

  it('reach their source only and show nowhere, whatever a source answers and a trigger contains', async () => {
    const elsewhere = await serve(({ headers, url, method }, response) => {
      strayed.push(`${method} ${url} ${JSON.stringify(headers)}`);
      response.end();
    });
    elsewhere.server.on('connect', ({ url }, socket) => {
      strayed.push(`CONNECT ${url}`);
      socket.destroy();
    });
    const source = await serve((asked, response) => {
      const { url, rawHeaders } = asked;
      sent += `${url} ${rawHeaders.join(' ')}\n`;
      answerAs(url!.split('/')[1]!, elsewhere, asked, response);
    });
    const authority = new Authority(folder, 'authority');
    const expired = authority.issue('expired', -1);
    const expiredSource = await serve(({ headers }, response) => response.end(String(headers)), {
      cert: readFileSync(expired.certFile),
      key: readFileSync(expired.keyFile),
    });
    const [closedPort] = await freePorts(1);

    const named: Record<string, object> = {};
    const triggers: Record<string, string>[] = [];
    for (const manner of manners) {
      const address = `${source.address}/${manner}`;
      const limits = { retries: 0, timeout: '30s' };
      named[`${manner}-basic`] = {
        address,
        ...limits,
        basic: { username: 'ann', password: canaries.make() },
      };
      const tokenFile = file(`${manner}.token`, `${canaries.make('-._~+/=')}\n`);
      named[`${manner}-bearer`] = { address, ...limits, bearer: { tokenFile } };
      named[`${manner}-fields`] = {
        address,
        ...limits,
        headers: { 'X-Api-Key': canaries.make(), Authorization: `Bearer ${canaries.make('')}` },
        queryParameters: { apikey: canaries.make() },
      };
      for (const style of ['basic', 'bearer', 'fields']) triggers.push({ source: `${manner}-${style}` });

      const prometheusAddress = address;
      triggers.push(
        {
          prometheusAddress,
          authModes: 'basic,custom',
          usernameFromEnv: 'ann',
          passwordFromEnv: canaries.make(),
          customAuthHeader: 'X-Api-Key',
          customAuthValueFromEnv: canaries.make(),
        },
        {
          prometheusAddress,
          authModes: 'bearer',
          bearerToken: canaries.make(),
          customHeadersFromEnv: `X-Api-Key=${canaries.make('/+&~')}`,
          queryParametersFromEnv: `apikey=${canaries.make('/+~')}`,
        },
        { prometheusAddress: `http://ann:${canaries.make('%2F~')}@127.0.0.1:${source.port}/${manner}` },
      );
    }
    const sentCanaries = [...canaries.all];

    // Sources that cannot be asked.
    const brokenKey = file(
      'broken.key',
      `-----BEGIN PRIVATE KEY-----\n${canaries.make('')}\n-----END PRIVATE KEY-----\n`,
    );
    const basic = { username: 'ann', password: canaries.make() };
    const unreachable = { retries: 0, timeout: '2s' };
    named.down = { ...unreachable, address: `http://127.0.0.1:${closedPort}`, basic };
    named.expired = {
      ...unreachable,
      address: expiredSource.address,
      basic,
      tls: { caFile: authority.caFile },
    };
    named['broken-key'] = {
      ...unreachable,
      address: expiredSource.address,
      basic,
      tls: { certFile: expired.certFile, keyFile: brokenKey },
    };
    // A line break inside cannot be sent.
    named['broken-token'] = {
      ...unreachable,
      address: `${source.address}/well`,
      bearer: { tokenFile: file('broken.token', `${canaries.make('')}\r\n${canaries.make('')}`) },
    };
    for (const name of ['down', 'expired', 'broken-key', 'broken-token']) triggers.push({ source: name });
    triggers.push({ prometheusAddress: `http://ann:${canaries.make('')}@127.0.0.1:${closedPort}` });

    // Triggers that are refused.
    const address = `${source.address}/well`;
    triggers.push(
      { sourceFromEnv: canaries.make() },
      { source: 'well-basic', thresholdFromEnv: canaries.make() },
      { source: 'well-basic', queryStepFromEnv: canaries.make(), timezoneFromEnv: canaries.make() },
      { source: 'well-basic', customHeadersFromEnv: `X-Api-Key=${canaries.make('')}` },
      { prometheusAddress: address, customHeaders: canaries.make() },
      { prometheusAddress: address, customHeaders: `${canaries.make('')} x=y` },
      { prometheusAddress: address, customHeaders: `Host=${canaries.make('')}` },
      { prometheusAddress: address, queryParameters: canaries.make() },
      { prometheusAddress: address, queryParameters: `query=${canaries.make('')}` },
      {
        prometheusAddress: address,
        authModes: 'bearer',
        bearerToken: `${canaries.make('')}\n${canaries.make('')}`,
      },
      {
        prometheusAddress: address,
        authModes: 'basic',
        username: 'a',
        password: canaries.make(),
        passwordFromEnv: canaries.make(),
      },
      {
        prometheusAddress: address,
        authModes: 'basic',
        username: `${canaries.make()}:x`,
        password: canaries.make(),
      },
      { prometheusAddress: address, cortexOrgIDFromEnv: `${canaries.make('')}\u0007` },
      { prometheusAddress: `http://ann:${canaries.make('')}@192.0.2.1:9090` },
      { prometheusAddress: `http://ann:${canaries.make('')}#${canaries.make('')}@127.0.0.1` },
      { prometheusAddress: `http://ann:${canaries.make('')}?${canaries.make('')}@127.0.0.1` },
      { prometheusAddress: `ftp://ann:${canaries.make('')}@127.0.0.1` },
      { prometheusAddress: `http://ann:${canaries.make('')}@127.0.0.1:99999` },
      { prometheusAddress: `http://ann:${canaries.make('')}%@127.0.0.1` },
      { prometheusAddress: `http://ann:${canaries.make('')}/@127.0.0.1` },
      { prometheusAddress: `${address}?token=${canaries.make('')}` },
      { prometheusAddressFromEnv: canaries.make() },
    );

    const pageToken = canaries.make('');
    const guess = canaries.make('');
    const proxy = elsewhere.address;
    const scaler = await ScalerProcess.start({
      SCALER_CONFIG_FILE: file(
        'config.yaml',
        JSON.stringify({
          sources: { named, allowedAddresses: [source.address, `http://127.0.0.1:${closedPort}`] },
        }),
      ),
      SCALER_LOG_LEVEL: 'trace',
      SCALER_HTTP_USERNAME: 'ann',
      SCALER_HTTP_PASSWORD_FILE: file('page.password', canaries.make()),
      SCALER_HTTP_TOKEN_FILE: file('page.token', pageToken),
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      ALL_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      all_proxy: proxy,
      NODE_USE_ENV_PROXY: '1',
    });
    const told: string[] = [];
    let answered = 0;
    try {
      const client = connect(scaler.grpcAddress, credentials.createInsecure());
      await Promise.all(
        triggers.map(async (metadata, i) => {
          const scalerMetadata = { query: 'load', threshold: '10', metricName: `load-${i}`, ...metadata };
          const ref = { name: `so-${i}`, namespace: namespaceOf(i), scalerMetadata };
          for (const [method, argument] of [
            ['GetMetricSpec', ref],
            ['IsActive', ref],
            ['GetMetrics', { scaledObjectRef: ref, metricName: `load-${i}` }],
          ] as const)
            await callUnary(client, method, argument as never, 60).then(
              (answer) => {
                answered++;
                told.push(JSON.stringify(answer));
              },
              ({ code, details, message, metadata }: ServiceError) =>
                told.push(`${code} ${details} ${message} ${JSON.stringify(metadata)}`),
            );
        }),
      );
      client.close();
      await pollUntil(
        'every secret to be really used',
        () => {
          const used = new Set(canaries.in(sent));
          const unused = sentCanaries.filter((mark) => !used.has(mark));
          if (unused.length > 0) throw new Error(`not sent: ${unused}`);
          return true;
        },
        { intervalSeconds: 0.5 },
      );

      const get = async (path: string, authorization?: string) => {
        const { statusCode, headers, body } = await request(`http://127.0.0.1:${scaler.httpPort}${path}`, {
          headers: authorization === undefined ? {} : { authorization },
        });
        told.push(`${JSON.stringify(headers)} ${await body.text()}`);
        return statusCode;
      };
      const token = `Bearer ${pageToken}`;
      for (const path of [
        '/',
        '/page/main.js',
        '/api/triggers',
        '/api/openapi.yaml',
        '/metrics',
        '/healthz',
        '/readyz',
      ])
        assert.equal(await get(path, token), 200, path);
      let shown = 0;
      for (let i = 0; i < triggers.length; i++)
        if ((await get(`/api/triggers/${namespaceOf(i)}/so-${i}/load-${i}`, token)) === 200) shown++;
      assert.ok(shown > 3 * manners.length, `${shown} triggers shown by the API`);
      assert.equal(await get('/api/triggers', `Bearer ${guess}`), 401);
      assert.equal(await get('/api/triggers'), 401);
      assert.equal(await get('/nowhere', token), 404);
    } finally {
      await scaler.stop();
    }
    told.push(scaler.written);

    assert.ok(answered > 3 * manners.length, `${answered} answers`);
    const everything = told.join('\n');
    assert.match(everything, /\(hidden\)/);
    for (const text of told)
      for (const mark of canaries.in(text)) assert.fail(`${mark} came out: ${text.slice(0, 2000)}`);
    assert.deepEqual(strayed, [], 'nothing came to a host to which nothing belongs');
  });
});
