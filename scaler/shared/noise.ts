/** A number in [0, 1) for each whole number, in any order. */
export type IndexedNoise = (index: number) => number;

/**
 * White noise that depends on seed and index alone. For made-up loads, not for secrets.
 *
 * Source: the finalizer of MurmurHash3 (Austin Appleby, public domain) over index and seed.
 */
export function whiteNoise(seed: number): IndexedNoise {
  return (index) => {
    let h = (Math.imul(index | 0, 0x9e3779b1) ^ Math.imul(seed | 0, 0x85ebca6b)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Noise that moves smoothly between -1 and 1, with a new direction every `knotSeconds`. */
export function smoothNoise(seed: number, knotSeconds: number): (atSeconds: number) => number {
  const knots = whiteNoise(seed);
  return (atSeconds) => {
    const position = atSeconds / knotSeconds;
    const knot = Math.floor(position);
    const share = position - knot;
    const eased = share * share * (3 - 2 * share);
    return 2 * (knots(knot) * (1 - eased) + knots(knot + 1) * eased) - 1;
  };
}
