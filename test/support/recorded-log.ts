import { createLog, type Logger } from '../../scaler/telemetry/log.js';

/** One line of the log, parsed. */
export interface LoggedLine {
  readonly level: string;
  readonly msg: string;
  readonly source?: string;
  readonly topic?: string;
  readonly scaledObject?: string;
  readonly [field: string]: unknown;
}

/** The scaler's real log, kept in memory. */
export class RecordedLog {
  readonly lines: LoggedLine[] = [];
  readonly log: Logger = createLog({
    level: 'info',
    destination: { write: (text) => void this.lines.push(JSON.parse(text) as LoggedLine) },
  });

  /** Everything as text, for what must not be in it. */
  get text(): string {
    return JSON.stringify(this.lines);
  }
}
