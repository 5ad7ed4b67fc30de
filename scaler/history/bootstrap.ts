import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cutSeries } from '../forecast/series.js';
import type { Series } from '../forecast/types.js';
import { formatDuration } from '../shared/duration.js';
import { ScalerError } from '../shared/errors.js';
import { show } from '../shared/show.js';
import { fileVersion } from '../shared/watched-file.js';
import { readCsv } from './csv.js';
import { fillGaps } from './fill-gaps.js';
import { sampleIntervalSeconds, seriesOfSamples } from './samples.js';

/** Larger files would block the event loop. A ConfigMap holds half of it. */
const MOST_BYTES = 2 * 1024 * 1024;

/** The load of a trigger before the first step that its source has, from a CSV file of the operator. */
export class Bootstrap {
  #past: Required<Series> | undefined;
  #refused: { readonly version: string; readonly error: ScalerError } | undefined;
  /** Until when the newest `before` is from the file; undefined when all of it is from the source. */
  untilSeconds: number | undefined;

  /**
   * @param folder where the operator's files are
   * @param name of the file, without `.csv`
   */
  constructor(
    readonly folder: string,
    readonly name: string,
    readonly stepSeconds: number,
  ) {}

  /**
   * Reads the file, once. A refused file is read again when it has changed: this runs at every tick.
   * @throws ScalerError of kind `rejected` when it is missing, too large, not such a CSV file or too coarse for the
   *   step
   */
  async load(): Promise<void> {
    if (this.#past !== undefined) return;
    const file = join(this.folder, `${this.name}.csv`);
    const found = await stat(file, { bigint: true }).catch(() => undefined);
    if (found === undefined) throw this.#refuse(`there is no file ${file}; ${await this.#others()}`);
    const version = fileVersion(found);
    if (this.#refused?.version === version) throw this.#refused.error;
    try {
      this.#past = await this.#read(file, found.size);
    } catch (error) {
      if (error instanceof ScalerError) this.#refused = { version, error };
      throw error;
    }
  }

  /** The steps of `[fromSeconds, endSeconds)`: those of the source, and before these those of the file. */
  before(known: Series, fromSeconds: number, endSeconds: number): Series {
    const { stepSeconds } = this;
    const past = this.#past;
    const start = known.values.length > 0 ? known.startSeconds : endSeconds;
    this.untilSeconds = undefined;
    if (past === undefined || fromSeconds >= start) return known;
    const steps = Math.round((endSeconds - fromSeconds) / stepSeconds);
    const values = new Float64Array(steps).fill(Number.NaN);
    const peaks = values.slice();
    const put = (series: Series, untilSeconds: number): void => {
      const part = cutSeries(series, fromSeconds, untilSeconds);
      if (part.values.length === 0) return;
      const offset = Math.round((part.startSeconds - fromSeconds) / stepSeconds);
      values.set(part.values, offset);
      peaks.set(part.peaks ?? part.values, offset);
    };
    put(past, start);
    put(known, endSeconds);
    const whole = fillGaps({ startSeconds: fromSeconds, stepSeconds, values, peaks });
    if (whole.values.length > 0 && whole.startSeconds < start) this.untilSeconds = start;
    return whole;
  }

  async #read(file: string, size: bigint): Promise<Required<Series>> {
    if (size > MOST_BYTES)
      throw this.#refuse(
        `${file} has ${size} bytes; at most ${MOST_BYTES} are read: leave out what is older than historyTimeWindow, or give one sample for each queryStep`,
      );
    const samples = await readCsv(file).catch((error) => {
      throw error instanceof ScalerError ? this.#refuse(error.message) : error;
    });
    const apart = sampleIntervalSeconds(samples);
    if (apart > this.stepSeconds)
      throw this.#refuse(
        `the samples of ${file} are ${formatDuration(Math.round(apart))} apart, farther than queryStep (${formatDuration(this.stepSeconds)}): give one sample for each step, or a queryStep as long`,
      );
    return seriesOfSamples(samples, this.stepSeconds);
  }

  async #others(): Promise<string> {
    const names = await readdir(this.folder).catch(() => []);
    const known = names.flatMap((name) => (name.endsWith('.csv') ? [name.slice(0, -'.csv'.length)] : []));
    return known.length > 0
      ? `known names: ${known.sort().join(', ')}`
      : `the operator mounts such files in ${this.folder}`;
  }

  #refuse(reason: string): ScalerError {
    return new ScalerError('rejected', `bootstrap ${show(this.name)}: ${reason}`);
  }
}
