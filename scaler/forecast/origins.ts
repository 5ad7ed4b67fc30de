/** Past steps from which forecasts are made again to measure them: `first`, `first + stride`, and so on. */
export interface Origins {
  readonly first: number;
  readonly stride: number;
  readonly count: number;
}

/**
 * Evenly spread origins from `earliest` on, at most `most` of them; the last one is the second-newest step, so that
 * at least one step after each is known.
 */
export function spreadOrigins(length: number, earliest: number, most: number): Origins {
  const last = length - 2;
  if (last < earliest) return { first: Math.max(0, last), stride: 1, count: 0 };
  const stride = Math.ceil((last - earliest + 1) / most);
  const count = Math.floor((last - earliest) / stride) + 1;
  return { first: last - (count - 1) * stride, stride, count };
}
