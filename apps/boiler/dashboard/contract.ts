/**
 * What the dashboard's page receives, by `GET /api/overview` and by each event of `GET /api/stream`. Times are seconds
 * since the Unix epoch unless the name says milliseconds.
 */
export interface Overview {
  /** When the database was asked. */
  readonly asOfMs: number;
  /** Starts of the minutes shown, the oldest first, without gaps; the last one is not over yet. */
  readonly minutes: readonly number[];
  readonly boilers: readonly BoilerOverview[];
  /** The limits of the temperature, in °C. */
  readonly temperatureLimits: { readonly low: number; readonly high: number };
  /** The newest anomalies, the newest first; those of one boiler, measure, kind and minute are one row. */
  readonly anomalies: readonly AnomalyRow[];
  /** All anomalies of the minutes shown, each value counted. */
  readonly anomalyCount: number;
  /** When alerts were raised in the minutes shown: milliseconds since the Unix epoch, the oldest first. */
  readonly alertTimesMs: readonly number[];
  /** The batches of the newest minutes, the newest first. */
  readonly batches: readonly BatchRow[];
}

/** One boiler: its temperature minute by minute, and its newest reading. */
export interface BoilerOverview {
  readonly name: string;
  /** Mean temperature of each minute in °C; null where there was no reading. */
  readonly temperature: readonly (number | null)[];
  readonly latest: {
    readonly measuredAtMs: number;
    readonly temperature: number;
    readonly pressure: number;
    readonly steamFlow: number;
    readonly waterLevel: number;
  };
}

/** The values out of the ordinary of one boiler, measure and kind in one minute, shown as the last of them. */
export interface AnomalyRow {
  readonly boiler: string;
  /** When the last of them was measured. */
  readonly measuredAtMs: number;
  /** `temperature`, `pressure`, `steamFlow` or `waterLevel`. */
  readonly measure: string;
  /** `limit` or `deviation`. */
  readonly kind: string;
  /** How many there were. */
  readonly values: number;
  /** The last of them, and the range that it was expected in. */
  readonly value: number;
  readonly expectedLow: number;
  readonly expectedHigh: number;
  /** Whether an alert was raised for one of them. */
  readonly isAlert: boolean;
}

/** The batches of one minute together. */
export interface BatchRow {
  /** `YYYY-MM-DD_HH-MM` in UTC. */
  readonly batchId: string;
  readonly batches: number;
  readonly readings: number;
  readonly anomalies: number;
  readonly consumers: number;
}
