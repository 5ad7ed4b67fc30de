import { language } from './say.js';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const whole = new Intl.NumberFormat(language);

/** Hours and minutes on the viewer's clock. @param seconds since the Unix epoch */
export function hourAndMinute(seconds: number): string {
  return clock.format(seconds * 1000);
}

/** Hours, minutes and seconds on the viewer's clock. @param milliseconds since the Unix epoch */
export function timeOfDay(milliseconds: number): string {
  return clockWithSeconds.format(milliseconds);
}

/** `12,345` */
export function count(value: number): string {
  return whole.format(value);
}

/** `184.5`, or `184,5` in Portuguese. */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The viewer's time zone, such as `America/Sao_Paulo`. */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
