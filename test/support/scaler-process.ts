import { ChildProgram } from './child-program.js';

/** Seconds for its start and for its end, on a machine that is busy with other tests. */
const PATIENCE_SECONDS = 60;

/** The scaler as its users run it: a process of its own. */
export class ScalerProcess {
  readonly #program: ChildProgram;

  private constructor(
    program: ChildProgram,
    readonly grpcPort: number,
    readonly httpPort: number,
  ) {
    this.#program = program;
  }

  /**
   * Starts `predictive-scaler serve` on free loopback ports and waits until it serves. Stop it when done.
   * @param environment its variables; PATH and the two addresses are added, nothing else is inherited
   * @throws Error with what it wrote when it ends instead.
   */
  static async start(environment: Record<string, string>): Promise<ScalerProcess> {
    const program = new ChildProgram(
      new URL('../../scaler/cli/main.js', import.meta.url),
      { SCALER_GRPC_ADDRESS: '127.0.0.1:0', SCALER_HTTP_ADDRESS: '127.0.0.1:0', ...environment },
      ['serve'],
    );
    try {
      const { grpc, http } = await program.logged('the scaler serves', {}, PATIENCE_SECONDS);
      return new ScalerProcess(program, Number(grpc), Number(http));
    } catch (error) {
      await program.stop();
      throw error;
    }
  }

  get grpcAddress(): string {
    return `127.0.0.1:${this.grpcPort}`;
  }

  /** All that it has written so far, log lines and everything else. */
  get written(): string {
    const { log, output, errorOutput } = this.#program;
    return [...log.map((line) => JSON.stringify(line)), ...output, errorOutput].join('\n');
  }

  /** Ends it with SIGTERM and gives its exit code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    return (await this.#program.stop(PATIENCE_SECONDS)).code;
  }
}
