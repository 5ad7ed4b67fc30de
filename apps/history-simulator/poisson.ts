/** Above this mean a rounded normal draw is as good as an exact one and takes constant time. */
const NORMAL_FROM_MEAN = 50;

/**
 * How many events happen when `mean` are expected and each comes on its own (Poisson). Exact by multiplication of
 * uniforms up to a mean of 50 (Knuth, The Art of Computer Programming, volume 2, 3.4.1), normal above.
 * @param random gives numbers from 0 up to 1
 * @returns a whole number, 0 or more
 */
export function poisson(mean: number, random: () => number): number {
  if (mean > NORMAL_FROM_MEAN)
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * standardNormal(random)));
  const floor = Math.exp(-mean);
  let events = 0;
  for (let product = random(); product > floor; product *= random()) events++;
  return events;
}

/** One draw from the standard normal distribution (Box and Muller, 1958). */
function standardNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
