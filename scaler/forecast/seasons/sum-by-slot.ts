/** Known values by slot of a season. */
interface SlotSums {
  readonly sum: Float64Array;
  /** How many values are in each sum. */
  readonly seen: Float64Array;
  /** Mean of all values; 0 where none is known. */
  readonly mean: number;
}

/** Sums values by slot; NaN does not count. */
export function sumBySlot(
  values: Float64Array,
  slotCount: number,
  slotOf: (index: number) => number,
): SlotSums {
  const sum = new Float64Array(slotCount);
  const seen = new Float64Array(slotCount);
  let total = 0;
  let known = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const slot = slotOf(i);
    sum[slot]! += value;
    seen[slot]!++;
    total += value;
    known++;
  }
  return { sum, seen, mean: known > 0 ? total / known : 0 };
}
