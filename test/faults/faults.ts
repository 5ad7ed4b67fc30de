import { gzipSync } from 'node:zlib';
import { type Fault, pass } from '../support/fault-proxy.js';

/** A Prometheus API answer as far as faults change it. */
interface Envelope {
  status: string;
  isPartial?: boolean;
  warnings?: string[];
  data: { resultType: string; result: { values?: [number, string][]; value?: [number, string] }[] };
}

/** Faults after which there is no usable answer. */
export const breakingFaults = {
  'connection reset': (request) => {
    request.socket.resetAndDestroy();
  },
  'accepted and never answered': () => {},
  'an answer that drips': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 100);
    response.once('close', () => clearInterval(timer));
  },
  'status 500': status(500, 'internal error'),
  'status 503': status(503, 'no healthy upstream'),
  'status 429 with Retry-After': (_request, response) => {
    response.writeHead(429, { 'retry-after': '2' }).end('slow down');
  },
  'status 200 with broken JSON': status(200, '{"status":"success","data":{"result'),
  'a truncated body': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
    response.write('{"status":"success","data":');
    setTimeout(() => response.destroy(), 10);
  },
  'a gzip bomb': (_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipBomb());
  },
  'a body without end': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed && response.write(megabyteOfBlanks));
    };
    response.on('drain', more);
    more();
  },
  'a login page instead of JSON': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><form>Log in</form></html>');
  },
  'a redirect to elsewhere': (_request, response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:1/login' }).end();
  },
} satisfies Record<string, Fault>;

/** Oddities with which an answer is still an answer. */
export const harmlessOddities = {
  'warnings from a store behind': changed((envelope) => {
    envelope.warnings = [`store 10.0.0.${Math.floor(Math.random() * 255)} did not answer`];
  }),
  'a partial response': changed((envelope) => {
    envelope.isPartial = true;
  }),
  'timestamps out of order and twice': changed((envelope) => {
    for (const series of envelope.data.result)
      if (series.values) series.values = [...series.values].reverse().flatMap((sample) => [sample, sample]);
  }),
  'its clock 10 minutes ahead': skewed(600),
  'its clock 10 minutes behind': skewed(-600),
} satisfies Record<string, Fault>;

const megabyteOfBlanks = Buffer.alloc(1024 * 1024, ' ');

let bomb: Buffer | undefined;

/** 64 MiB of blanks in 64 KiB. */
function gzipBomb(): Buffer {
  bomb ??= gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  return bomb;
}

function status(code: number, body: string): Fault {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(body);
  };
}

/** Lets the answer pass with a change to its JSON. */
function changed(change: (envelope: Envelope) => void): Fault {
  return async (_request, response, forward) => {
    const answer = await forward();
    const envelope = JSON.parse(answer.body) as Envelope;
    change(envelope);
    pass(response, { ...answer, body: JSON.stringify(envelope) });
  };
}

/**
 * A server whose clock is wrong: it tells the time by it and dates its samples by it. What it is asked for at a moment
 * of its own is what the server behind knows of the true one.
 */
function skewed(seconds: number): Fault {
  return async (_request, response, forward) => {
    const answer = await forward((form) => {
      for (const name of ['time', 'start', 'end'])
        if (form.has(name)) form.set(name, String(Number(form.get(name)) - seconds));
    });
    response.setHeader('date', new Date(Date.now() + seconds * 1000).toUTCString());
    const envelope = JSON.parse(answer.body) as Envelope;
    const { result, resultType } = envelope.data;
    if (resultType === 'scalar') {
      const [at, value] = result as unknown as [number, string];
      envelope.data.result = [at + seconds, String(Number(value) + seconds)] as never;
    } else
      for (const series of result)
        for (const sample of series.values ?? [series.value!]) sample[0] += seconds;
    pass(response, { ...answer, body: JSON.stringify(envelope) });
  };
}
