import { OncePerChange } from '../shared/once-per-change.js';

/** One HTTP request to a source that has ended. */
export interface RequestEnded {
  /** The source's key. */
  readonly source: string;
  readonly kind: 'range' | 'instant';
  /** `failed`: no usable answer; `refused`: the server answered that the query is wrong. */
  readonly outcome: 'ok' | 'refused' | 'failed' | 'aborted';
  /** Seconds on the wall, without the wait for a free place. */
  readonly seconds: number;
  /** Samples in the answer. */
  readonly samples: number;
  /** Size of the answer's body. */
  readonly bytes: number;
}

/** A state that users should know of, reported once when it begins and once when it ends. */
export interface Notice {
  /** The source's key. */
  readonly source: string;
  /** The query or the file that it is about; undefined when it is about the source. */
  readonly subject: string | undefined;
  readonly topic: 'warnings' | 'not-finite' | 'circuit' | 'clock' | 'files' | 'heartbeat';
  /** The state in words, safe to log; undefined when it has ended. */
  readonly message: string | undefined;
}

/** Turns requests and states of sources into metrics and logs. */
export interface HistoryObserver {
  requestEnded(event: RequestEnded): void;
  /** Samples without a finite value (NaN, Inf) that were left out of an answer. */
  samplesDropped(source: string, count: number): void;
  noticed(notice: Notice): void;
}

/** Ignores everything. */
export const silentObserver: HistoryObserver = {
  requestEnded: () => {},
  samplesDropped: () => {},
  noticed: () => {},
};

/** Reports each change of state of one source once. */
export class Notices {
  readonly #once = new OncePerChange();

  constructor(
    readonly source: string,
    readonly observer: HistoryObserver,
  ) {}

  /** Reports the state of a topic and its subject, if it has one; undefined for a good state. */
  report(topic: Notice['topic'], message: string | undefined, subject?: string): void {
    if (this.#once.changed(message, `${topic}\n${subject ?? ''}`))
      this.observer.noticed({ source: this.source, topic, subject, message });
  }
}
