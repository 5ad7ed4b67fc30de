import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endProcess, endWithThisProcess } from '../test-support/end-process.js';

const program = fileURLToPath(new URL('../cli/main.js', import.meta.url));

/** The scaler as its users run it: a process of its own. */
export class ScalerProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly grpcPort: number,
    readonly httpPort: number,
    /** Every line of its log, as it was written. */
    readonly lines: readonly string[],
  ) {}

  /**
   * Starts `predictive-scaler serve` and waits until it serves. Stop it when done.
   * @throws Error with what it wrote when it ends instead.
   */
  static async start(environment: Record<string, string>): Promise<ScalerProcess> {
    const child = spawn(process.execPath, [program, 'serve'], {
      env: {
        PATH: process.env.PATH,
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithThisProcess(child);
    const lines: string[] = [];
    let errors = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-10_000);
    });
    const serves = new Promise<{ grpc: number; http: number }>((resolve, reject) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        lines.push(line);
        if (line.includes('"msg":"the scaler serves"'))
          resolve(JSON.parse(line) as { grpc: number; http: number });
      });
      child.once('exit', (code) =>
        reject(new Error(`the scaler ended with ${code}: ${errors}${lines.at(-1)}`)),
      );
    });
    const { grpc, http } = await serves;
    return new ScalerProcess(child, grpc, http, lines);
  }

  get grpcAddress(): string {
    return `127.0.0.1:${this.grpcPort}`;
  }

  /** What `/metrics` says of a family, summed over its series; undefined when it is not there. */
  async metric(family: string, labels = ''): Promise<number | undefined> {
    const text = await (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
    return sumOf(text, family, labels);
  }

  /** Ends it with SIGTERM and gives its exit code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    await endProcess(this.child, 'SIGTERM');
    return this.child.exitCode;
  }
}

/** The sum of a family's series in a scrape, of those whose labels hold a text. */
export function sumOf(text: string, family: string, labels = ''): number | undefined {
  let sum: number | undefined;
  for (const line of text.split('\n')) {
    if (!line.startsWith(family) || !/[{ ]/.test(line[family.length] ?? '') || !line.includes(labels))
      continue;
    sum = (sum ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}

/** The only series of a family in a scrape; undefined when there is none. */
export function gaugeOf(text: string, family: string): number | undefined {
  const value = new RegExp(`^${family}\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}
