/** Mixes 32 bits so that neighbouring inputs give unrelated numbers from 0 up to 1: the step of Mulberry32. */
export function hashToUnit(value: number): number {
  let hash = (value + 0x6d2b79f5) | 0;
  hash = Math.imul(hash ^ (hash >>> 15), hash | 1);
  hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61);
  return ((hash ^ (hash >>> 14)) >>> 0) / 2 ** 32;
}

/** 32-bit FNV-1a hash of a text (Fowler, Noll and Vo), for seeds that people can read. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

/**
 * A stream of numbers from 0 up to 1 that is the same for the same seed: Mulberry32 (Tommy Ettinger, public domain),
 * fast and even enough for simulations, not for secrets.
 */
export function seededRandom(seed: string): () => number {
  let state = hashText(seed);
  return () => {
    const value = hashToUnit(state);
    state = (state + 0x6d2b79f5) | 0;
    return value;
  };
}
