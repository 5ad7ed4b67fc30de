/** An amount with three significant digits, whole from 100 on, without exponents for everyday sizes: `0.0213`, `12.3`, `4,870`. */
export function formatAmount(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(2);
  if (size >= 100) return Math.round(value).toLocaleString('en-GB');
  return String(Number(value.toPrecision(3)));
}

/** A share as a percentage: `0.2 %`, `12 %`, `100 %`. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  if (percent === 0) return '0 %';
  if (Math.abs(percent) < 0.01) return '< 0.01 %';
  return `${Math.abs(percent) >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}

/** Minutes as people say them: `0 min`, `7.5 min`, `2 h 5 min`. */
export function formatMinutes(minutes: number): string {
  if (minutes < 10) return `${Number(minutes.toPrecision(2))} min`;
  const whole = Math.round(minutes);
  if (whole < 120) return `${whole} min`;
  return `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

/** A moment as `2026-03-01 08:00 UTC`. */
export function formatMoment(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
