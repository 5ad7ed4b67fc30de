import { OncePerChange } from '../shared/once-per-change.js';

/** One HTTP request to a source that has ended. */
export interface RequestEnded {
  /** The source's key. */
  readonly source: string;
  readonly kind: 'range' | 'instant';
  /** `failed`: no usable answer; `refused`: the server says that the query is wrong. */
  readonly outcome: 'ok' | 'refused' | 'failed' | 'aborted';
  /** Wall time, without the wait for a free place. */
  readonly seconds: number;
  /** Samples in the answer. */
  readonly samples: number;
  /** Size of the answer's body. */
  readonly bytes: number;
}

/** A state that users should know of, reported when it begins and when it ends. */
export interface Notice {
  /** The source's key. */
  readonly source: string;
  /** A query or file; undefined for the source itself. */
  readonly subject: string | undefined;
  readonly topic: 'warnings' | 'not-finite' | 'circuit' | 'clock' | 'files' | 'heartbeat';
  /** Safe to log; undefined when the state has ended. */
  readonly message: string | undefined;
}

/** Is told of requests to sources and of their states. */
export interface HistoryObserver {
  requestEnded(event: RequestEnded): void;
  /** Samples without a finite value (NaN, Inf) were left out. */
  samplesDropped(source: string, count: number): void;
  noticed(notice: Notice): void;
}

/** Does nothing. */
export const silentObserver: HistoryObserver = {
  requestEnded: () => {},
  samplesDropped: () => {},
  noticed: () => {},
};

/** Reports changes of the states of one source. */
export class Notices {
  readonly #once = new OncePerChange();

  constructor(
    readonly source: string,
    readonly observer: HistoryObserver,
  ) {}

  /** @param message undefined for a good state */
  report(topic: Notice['topic'], message: string | undefined, subject?: string): void {
    if (this.#once.changed(message, `${topic}\n${subject ?? ''}`))
      this.observer.noticed({ source: this.source, topic, subject, message });
  }
}
