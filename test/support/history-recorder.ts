import type { HistoryObserver, Notice, RequestEnded } from '../../scaler/prometheus/observer.js';

/** Writes down what a source tells its observer. */
export class HistoryRecorder implements HistoryObserver {
  readonly requests: RequestEnded[] = [];
  readonly notices: Notice[] = [];
  dropped = 0;

  requestEnded(event: RequestEnded): void {
    this.requests.push(event);
  }

  samplesDropped(_source: string, count: number): void {
    this.dropped += count;
  }

  noticed(notice: Notice): void {
    this.notices.push(notice);
  }
}
