/**
 * PromQL that boils each step of a query down to two numbers at the server, how high it was on average and at most: so
 * two samples per step travel however finely the server samples inside the step.
 *
 * Evaluated at the *end* of a step, a multiple of `stepSeconds`, each query covers the samples of `query` at the
 * step's begin, begin + resolution, … and not the one at its end, which belongs to the next step. Subqueries sample
 * at multiples of their resolution. Their window is closed on the left in Prometheus 2 and open in Prometheus 3, so
 * the window is shifted back by half a resolution: no sample lies on its edge, and both count the same ones.
 * Evaluation times stay on the step grid because the caches of Thanos, Mimir and VictoriaMetrics move others there.
 *
 * @param stepSeconds whole seconds.
 * @param resolutionSeconds whole seconds that divide the step; see `resolutionWithin`.
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/#subquery
 * @see https://prometheus.io/docs/prometheus/latest/migration/ "Range selectors and lookback"
 * @example stepQueries('sum(load)', 300, 15).mean // 'avg_over_time((\nsum(load)\n)[300s:15s] offset 7500ms)'
 */
export function stepQueries(query: string, stepSeconds: number, resolutionSeconds: number) {
  // The line breaks keep a comment at the end of the query from swallowing the parenthesis.
  const subquery = `(\n${query}\n)[${stepSeconds}s:${resolutionSeconds}s] offset ${resolutionSeconds * 500}ms`;
  return { mean: `avg_over_time(${subquery})`, maximum: `max_over_time(${subquery})` };
}

/**
 * The coarsest resolution not above the given one that divides the step: then every step holds equally many samples.
 *
 * @param stepSeconds whole seconds.
 * @param resolutionSeconds whole seconds.
 * @example resolutionWithin(100, 15) // 10
 */
export function resolutionWithin(stepSeconds: number, resolutionSeconds: number): number {
  let resolution = Math.min(stepSeconds, resolutionSeconds);
  while (stepSeconds % resolution !== 0) resolution--;
  return resolution;
}
