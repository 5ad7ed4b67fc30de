import { whiteNoise } from '../../scaler/shared/noise.js';

/** 32-bit FNV-1a hash of a text (Fowler, Noll and Vo), for seeds that people can read. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

/** A stream of numbers from 0 up to 1 that is the same for the same seed. */
export function seededRandom(seed: string): () => number {
  const noise = whiteNoise(hashText(seed));
  let drawn = 0;
  return () => noise(drawn++);
}
