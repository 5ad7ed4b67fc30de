/**
 * The answered values as CSV with the columns `timestamp,value`: epoch seconds of each minute and what the scaler would
 * have answered then.
 */
export function signalCsv(startSeconds: number, values: Float64Array): string {
  const lines = ['timestamp,value'];
  values.forEach((value, minute) => {
    lines.push(`${startSeconds + 60 * minute},${value}`);
  });
  return `${lines.join('\n')}\n`;
}
