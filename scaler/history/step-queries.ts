/**
 * PromQL for mean and maximum of each step, so that the server sends two samples for a step however finely it samples.
 *
 * Evaluated at the *end* of a step, each covers the samples of `query` at its begin, begin + resolution, … without the
 * one at its end. Subqueries sample at multiples of their resolution. Their window is closed on the left in Prometheus
 * 2 and open in Prometheus 3, so it is shifted back by half a resolution, and no sample lies on its edge. Evaluation
 * times stay on the grid of steps because the caches of Thanos, Mimir and VictoriaMetrics would move them there.
 *
 * @param stepSeconds whole seconds.
 * @param resolutionSeconds whole seconds that divide the step; see `resolutionWithin`.
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/#subquery
 * @see https://prometheus.io/docs/prometheus/latest/migration/ "Range selectors and lookback"
 * @example stepQueries('sum(load)', 300, 15).mean // 'avg_over_time((\nsum(load)\n)[300s:15s] offset 7500ms)'
 */
export function stepQueries(query: string, stepSeconds: number, resolutionSeconds: number) {
  // Without the line breaks a comment at the end of the query would hide the parenthesis.
  const subquery = `(\n${query}\n)[${stepSeconds}s:${resolutionSeconds}s] offset ${resolutionSeconds * 500}ms`;
  return { mean: `avg_over_time(${subquery})`, maximum: `max_over_time(${subquery})` };
}

/**
 * The coarsest resolution, up to the given one, that divides the step, so that all steps have as many samples. All are
 * whole seconds.
 *
 * @example resolutionWithin(100, 15) // 10
 */
export function resolutionWithin(stepSeconds: number, resolutionSeconds: number): number {
  let resolution = Math.min(stepSeconds, resolutionSeconds);
  while (stepSeconds % resolution !== 0) resolution--;
  return resolution;
}
