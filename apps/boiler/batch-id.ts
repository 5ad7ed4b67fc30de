/**
 * The id that stamps a batch of readings: the minute, in UTC, in which the batch was taken from the queue, written
 * `YYYY-MM-DD_HH-MM`. Batches of the same minute, also from different consumers, share it: it groups them by time,
 * it does not identify one of them.
 *
 * @param takenAtMs milliseconds since the Unix epoch
 * @example batchId(Date.UTC(2026, 2, 9, 7, 5, 59)) // '2026-03-09_07-05'
 */
export function batchId(takenAtMs: number): string {
  const iso = new Date(takenAtMs).toISOString();
  return `${iso.slice(0, 10)}_${iso.slice(11, 13)}-${iso.slice(14, 16)}`;
}
