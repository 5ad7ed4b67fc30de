/**
 * The PromQL of a quantile of a histogram's observations in the interval that Grafana chooses for a point.
 *
 * @param quantile of 0 to 1, as it is to be written
 * @param buckets selector of the histogram's `_bucket` series
 * @param by labels with a line for each value; none for one line over all series
 */
export function histogramQuantile(quantile: number, buckets: string, by: readonly string[] = []): string {
  return `histogram_quantile(${quantile}, sum by (${[...by, 'le'].join(', ')}) (rate(${buckets}[$__rate_interval])))`;
}
