/** Hours of the day and the share of full steam that a two-shift plant draws there; straight lines in between. */
const shape: readonly (readonly [hour: number, share: number])[] = [
  [0, 0.35],
  [5, 0.35],
  [7, 0.85],
  [10, 1],
  [12, 0.9],
  [13, 0.8],
  [15, 1],
  [18, 0.9],
  [20, 0.7],
  [22, 0.45],
  [24, 0.35],
];

/**
 * The share of full steam, 0 to 1, that the plant draws at a point of its day: quiet at night, a steep start of the
 * first shift at 05:00 to 07:00, a dip at lunch, an end of the second shift in the evening.
 *
 * @param dayShare position in the day, 0 (midnight) up to 1 (the next midnight)
 */
export function steamDemand(dayShare: number): number {
  const hour = (dayShare - Math.floor(dayShare)) * 24;
  const next = shape.findIndex(([h]) => h > hour);
  const [h0, s0] = shape[next - 1]!;
  const [h1, s1] = shape[next]!;
  return s0 + ((s1 - s0) * (hour - h0)) / (h1 - h0);
}
