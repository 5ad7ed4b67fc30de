import { horizonSteps } from './fit-options.js';
import type { Answer, PastAnswers } from './types.js';

/** Slots kept: two days of five minutes. */
const SLOTS = 576;

/** So a trigger with short steps keeps two days too. */
const SHORTEST_SLOT_SECONDS = 300;

/** What is written for each slot: the members of `PastAnswers`, in this order. */
const CHANNELS = 5;

/**
 * The answers of the last two days, to compare forecasts with what came. A ring of single-precision numbers that grows
 * with use: 11 KiB at most, 110 MiB for ten thousand triggers.
 */
export class AnswerRecord {
  readonly #stepSeconds: number;
  readonly #slotSeconds: number;
  /** How many slots ahead the recorded forecasts look. */
  #leadSlots: number;
  /** `CHANNELS` numbers for each slot. */
  #rows = new Float32Array(0);
  #firstSlot = 0;
  #newestSlot = -1;
  /** Observations in the newest slot. */
  #observations = 0;

  constructor(settings: { readonly stepSeconds: number; readonly horizonSeconds: number }) {
    const { stepSeconds } = settings;
    this.#stepSeconds = stepSeconds;
    this.#slotSeconds = Math.ceil(SHORTEST_SLOT_SECONDS / stepSeconds) * stepSeconds;
    this.#leadSlots = this.#leadOf(settings.horizonSeconds);
  }

  /** Records forecasts of another horizon from now on, and forgets those of the one before. */
  followHorizon(horizonSeconds: number): void {
    const leadSlots = this.#leadOf(horizonSeconds);
    if (leadSlots === this.#leadSlots) return;
    this.#leadSlots = leadSlots;
    for (let row = 0; row < this.#rows.length; row += CHANNELS) this.#rows.fill(Number.NaN, row + 3, row + 5);
  }

  #leadOf(horizonSeconds: number): number {
    const stepSeconds = this.#stepSeconds;
    const lastStepStarts = (horizonSteps({ horizonSeconds, stepSeconds }) - 1) * stepSeconds;
    return Math.floor(lastStepStarts / this.#slotSeconds);
  }

  /** Records an answer; one older than the newest slot is left out. */
  note(nowSeconds: number, answer: Answer): void {
    const slot = Math.floor(nowSeconds / this.#slotSeconds);
    if (this.#newestSlot < 0) this.#firstSlot = slot;
    else if (slot < this.#newestSlot) return;
    if (slot > this.#newestSlot) this.#open(slot);
    if (!answer.snapshot) return;
    const { observed, value, forecast, stage } = answer.snapshot;
    const row = this.#rowOf(slot);
    if (observed !== undefined) {
      const mean = this.#observations === 0 ? 0 : this.#rows[row]!;
      this.#observations++;
      this.#rows[row] = mean + (observed - mean) / this.#observations;
      this.#rows[row + 1] = highest(this.#rows[row + 1]!, observed);
    }
    this.#rows[row + 2] = highest(this.#rows[row + 2]!, value);
    // The first forecast of a slot counts, since later ones know more.
    if (forecast && stage !== 'observed' && Number.isNaN(this.#rows[row + 3]!)) {
      const last = forecast.mean.length - 1;
      this.#rows[row + 3] = forecast.mean[last]!;
      this.#rows[row + 4] = forecast.upper[last]!;
    }
  }

  /** A copy of the record, oldest slot first; undefined before the first answer. */
  past(): PastAnswers | undefined {
    if (this.#newestSlot < 0) return undefined;
    const oldest = Math.max(this.#firstSlot, this.#newestSlot - SLOTS + 1);
    const length = this.#newestSlot - oldest + 1;
    const channel = (index: number, shift: number) =>
      Float32Array.from({ length }, (_, i) => {
        const slot = oldest + i - shift;
        return slot < oldest ? Number.NaN : this.#rows[this.#rowOf(slot) + index]!;
      });
    return {
      startSeconds: oldest * this.#slotSeconds,
      slotSeconds: this.#slotSeconds,
      observedMean: channel(0, 0),
      observedHighest: channel(1, 0),
      answered: channel(2, 0),
      forecastMean: channel(3, this.#leadSlots),
      forecastUpper: channel(4, this.#leadSlots),
    };
  }

  /** Makes `slot` the newest, and it and the slots before it unknown. */
  #open(slot: number): void {
    this.#reserve(Math.min(SLOTS, slot - this.#firstSlot + 1));
    const from = Math.max(this.#newestSlot + 1, slot - SLOTS + 1, this.#firstSlot);
    for (let unknown = from; unknown <= slot; unknown++) {
      const row = this.#rowOf(unknown);
      this.#rows.fill(Number.NaN, row, row + CHANNELS);
    }
    this.#newestSlot = slot;
    this.#observations = 0;
  }

  #reserve(slots: number): void {
    if (slots * CHANNELS <= this.#rows.length) return;
    const grown = new Float32Array(Math.min(SLOTS, 2 ** Math.ceil(Math.log2(slots))) * CHANNELS);
    grown.set(this.#rows);
    this.#rows = grown;
  }

  /** Rows are counted from the first slot, so that they stay in place when the ring grows. */
  #rowOf(slot: number): number {
    return ((slot - this.#firstSlot) % SLOTS) * CHANNELS;
  }
}

function highest(known: number, value: number): number {
  return known >= value ? known : value;
}
