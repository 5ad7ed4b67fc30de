import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { type ChannelCredentials, credentials, status } from '@grpc/grpc-js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { Authority, type Pair } from '../../test/support/authority.js';
import { record, scaledObjectRef } from '../../test/support/grpc/client.js';
import { InMemoryAnswers } from '../../test/support/grpc/in-memory-answers.js';
import { countingParser } from '../../test/support/grpc/parse-trigger.js';
import { RecordingLog } from '../../test/support/grpc/recording-log.js';
import type { TlsFiles } from './certificates.js';
import { callUnary, connect } from './client.js';
import { createGrpcServer, type GrpcServer } from './server.js';

describe('the gRPC server with TLS', () => {
  let folder: string;
  let authority: Authority;
  let stranger: Authority;
  let files: TlsFiles & { certFile: string; keyFile: string };
  let first: Pair;
  let second: Pair;
  let log: RecordingLog;
  let server: GrpcServer | undefined;
  let answers: InMemoryAnswers;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'grpc-tls-'));
    authority = new Authority(folder, 'authority');
    stranger = new Authority(folder, 'stranger');
    first = authority.issue('first');
    second = authority.issue('second');
    files = { certFile: join(folder, 'server.crt'), keyFile: join(folder, 'server.key') };
  });

  after(() => rmSync(folder, { recursive: true }));

  beforeEach(() => {
    install(first);
    log = new RecordingLog();
    answers = new InMemoryAnswers();
    answers.set('web-load', 1);
  });

  afterEach(async () => {
    await server?.drain();
    server = undefined;
  });

  /** Puts a pair where the server looks, each file in one move. */
  function install({ certFile, keyFile }: Pair): void {
    for (const [from, to] of [
      [certFile, files.certFile],
      [keyFile, files.keyFile],
    ] as const) {
      copyFileSync(from, `${to}.new`);
      renameSync(`${to}.new`, to);
    }
  }

  async function start(tls: TlsFiles = files): Promise<number> {
    server = createGrpcServer({ answers, parseTrigger: countingParser(), tls, tlsRefreshSeconds: 0.05, log });
    return server.listen({ host: 'localhost', port: 0 });
  }

  function channel(ca = authority.caFile, pair?: Pair): ChannelCredentials {
    const key = pair ? readFileSync(pair.keyFile) : null;
    const cert = pair ? readFileSync(pair.certFile) : null;
    return credentials.createSsl(readFileSync(ca), key, cert);
  }

  /** One call over a connection of its own. */
  async function callOnce(port: number, creds: ChannelCredentials): Promise<unknown> {
    const client = connect(`localhost:${port}`, creds);
    try {
      return await callUnary(client, 'IsActive', scaledObjectRef(), 60);
    } finally {
      client.close();
    }
  }

  /** The common name of the certificate that a new connection is shown. */
  function shownName(port: number, versions: SecureContextOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const ca = readFileSync(authority.caFile);
      const options = { port, host: 'localhost', ca, ALPNProtocols: ['h2'], ...versions };
      const socket = connectTls(options, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }

  it('answers clients that trust its authority, and none in plaintext', async () => {
    const port = await start();
    assert.deepEqual(await callOnce(port, channel()), { result: true });
    await assert.rejects(callOnce(port, channel(stranger.caFile)), { code: status.UNAVAILABLE });
    await assert.rejects(callOnce(port, credentials.createInsecure()), { code: status.UNAVAILABLE });
  });

  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    it(`refuses connections of an old version: ${version}`, async () => {
      const port = await start();
      // Old versions need signatures that OpenSSL refuses at its ordinary level.
      const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      await assert.rejects(shownName(port, old), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
      assert.equal(await shownName(port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }), 'first');
    });

  describe('that asks clients for a certificate', () => {
    for (const [whose, issue] of [
      ['of its authority, for any use', () => authority.issue('client')],
      ['of its authority, for clients only', () => authority.issue('only-client', 2, 'clientAuth')],
    ] as const)
      it(`answers one with a certificate ${whose}`, async () => {
        const port = await start({ ...files, clientCaFile: authority.caFile });
        assert.deepEqual(await callOnce(port, channel(authority.caFile, issue())), { result: true });
      });

    for (const [what, issue] of [
      ['no certificate', () => undefined],
      ['a certificate of another authority', () => stranger.issue('strange-client')],
      ['one that has expired', () => authority.issue('expired-client', -1)],
      ['one for servers only', () => authority.issue('only-server', 2, 'serverAuth')],
    ] as const)
      it(`refuses one with ${what}`, async () => {
        const port = await start({ ...files, clientCaFile: authority.caFile });
        const refused = callOnce(port, channel(authority.caFile, issue()));
        await assert.rejects(refused, { code: status.UNAVAILABLE });
        assert.equal(answers.asked.length, 0);
      });

    it('takes another authority when that file is replaced', async () => {
      const clientCaFile = join(folder, 'clients.crt');
      copyFileSync(authority.caFile, clientCaFile);
      const port = await start({ ...files, clientCaFile });
      const theirs = channel(authority.caFile, stranger.issue('strange-client'));
      await assert.rejects(callOnce(port, theirs), { code: status.UNAVAILABLE });
      copyFileSync(stranger.caFile, clientCaFile);
      await pollUntil('the files to be read again', () => log.messages('info').length > 0);
      assert.deepEqual(await callOnce(port, theirs), { result: true });
      const ours = channel(authority.caFile, authority.issue('client'));
      await assert.rejects(callOnce(port, ours), { code: status.UNAVAILABLE });
    });
  });

  it('resumes no session of a client whose authority was replaced', async () => {
    const clientCaFile = join(folder, 'resumed.crt');
    copyFileSync(authority.caFile, clientCaFile);
    const port = await start({ ...files, clientCaFile });
    const { certFile, keyFile } = authority.issue('client');
    const options = {
      ...{ port, host: 'localhost', ALPNProtocols: ['h2'], ca: readFileSync(authority.caFile) },
      ...{ cert: readFileSync(certFile), key: readFileSync(keyFile) },
    };
    /** What a connection comes to: the server's first bytes, or its end. */
    const outcome = (socket: TLSSocket) =>
      new Promise<string>((resolve) => {
        for (const event of ['data', 'close']) socket.once(event, () => resolve(event));
        socket.on('error', () => {}); // An alert comes before the end.
      });
    const before = connectTls(options);
    const [[session], first] = await Promise.all([once(before, 'session'), outcome(before)]);
    before.destroy();
    assert.equal(first, 'data');
    copyFileSync(stranger.caFile, clientCaFile);
    await pollUntil('the files to be read again', () => log.messages('info').length > 0);
    const after = connectTls({ ...options, session });
    assert.equal(await outcome(after), 'close');
    after.destroy();
  });

  describe('whose files rotate', () => {
    it('shows new connections the new certificate and loses no call and no stream on the old ones', async () => {
      const port = await start();
      assert.equal(await shownName(port), 'first');
      const client = connect(`localhost:${port}`, channel());
      const stream = record(client.StreamIsActive(scaledObjectRef()));
      let calling = true;
      let made = 0;
      const calls = (async () => {
        for (; calling; made++) await callUnary(client, 'IsActive', scaledObjectRef(), 60);
      })();
      await pollUntil('calls to be under way', () => made > 10);

      install(second);
      await pollUntil(
        'new connections see the new certificate',
        async () => (await shownName(port)) === 'second',
      );
      const madeBefore = made;
      await pollUntil('calls to go on', () => made > madeBefore + 10);
      answers.set('web-load', 0);
      await pollUntil('the stream to go on', () => stream.messages.length === 2);

      calling = false;
      await calls;
      client.close();
      assert.deepEqual(log.messages('info'), ['TLS files read again']);
      assert.deepEqual(log.messages('error'), []);
    });

    it('follows symbolic links that are swapped, as Kubernetes mounts Secrets', async () => {
      const link = join(folder, 'mounted.crt');
      const keyLink = join(folder, 'mounted.key');
      symlinkSync(first.certFile, link);
      symlinkSync(first.keyFile, keyLink);
      const port = await start({ certFile: link, keyFile: keyLink });
      for (const [target, name] of [
        [second.certFile, link],
        [second.keyFile, keyLink],
      ] as const) {
        symlinkSync(target, `${name}.new`);
        renameSync(`${name}.new`, name);
      }
      await pollUntil(
        'new connections see the new certificate',
        async () => (await shownName(port)) === 'second',
      );
    });

    for (const [what, breakFiles, problem] of [
      [
        'a key of another certificate',
        () => copyFileSync(second.certFile, files.certFile),
        /private key .*server\.key: it must be the unencrypted PEM key of .*server\.crt \(key values mismatch\)/,
      ],
      [
        'half a certificate',
        () => writeFileSync(files.certFile, readFileSync(first.certFile).subarray(0, 200)),
        /certificate .*server\.crt: it is no PEM certificate/,
      ],
      [
        'no certificate at all',
        () => rmSync(files.certFile),
        /certificate .*server\.crt: it cannot be read \(ENOENT\)/,
      ],
      [
        'an expired certificate',
        () => install(authority.issue('expired', -1)),
        /certificate .*server\.crt: it expired at \d{4}-.*; put a valid one there/,
      ],
    ] as const) {
      it(`keeps the last good pair when it finds ${what}, says so once, and takes the next good one`, async () => {
        const port = await start();
        breakFiles();
        await pollUntil('the problem to be logged', () => log.messages('warn').length > 0);
        assert.match(String(log.lines[0]?.fields.problem), problem);
        assert.equal(await shownName(port), 'first');
        assert.deepEqual(await callOnce(port, channel()), { result: true });
        // Time for a few more looks at the files, of which none may be logged.
        await delay(200);
        assert.equal(log.lines.length, 1);

        install(second);
        await pollUntil(
          'new connections see the new certificate',
          async () => (await shownName(port)) === 'second',
        );
      });
    }
  });

  describe('whose files cannot be used from the start', () => {
    for (const [what, breakFiles, message] of [
      [
        'a missing certificate',
        () => rmSync(files.certFile),
        /^TLS certificate .*server\.crt: it cannot be read \(ENOENT\)$/,
      ],
      [
        'a missing key',
        () => rmSync(files.keyFile),
        /^TLS private key .*server\.key: it cannot be read \(ENOENT\)$/,
      ],
      [
        'something that is no key',
        () => writeFileSync(files.keyFile, 'not a key'),
        /^TLS private key .*server\.key: it must be the unencrypted PEM key of .*server\.crt \(.+\)$/,
      ],
      [
        'an expired certificate',
        () => install(authority.issue('expired', -1)),
        /^TLS certificate .*server\.crt: it expired at .*; put a valid one there$/,
      ],
    ] as const) {
      it(`says in one line that it found ${what}`, async () => {
        breakFiles();
        await assert.rejects(start(), { name: 'ScalerError', kind: 'unavailable', message });
      });
    }

    it('says in one line that the authority for clients is no certificate', async () => {
      const clientCaFile = join(folder, 'nonsense.crt');
      writeFileSync(clientCaFile, 'nonsense');
      await assert.rejects(start({ ...files, clientCaFile }), {
        kind: 'unavailable',
        message: /^TLS client CA .*nonsense\.crt: it is no PEM certificate \(.+\)$/,
      });
    });
  });
});
