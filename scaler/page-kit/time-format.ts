/** Writes moments, in epoch seconds, in a time zone. */
export interface TimeFormat {
  /** `18:05` */
  clock(seconds: number): string;
  /** `Wed 4 Mar` */
  date(seconds: number): string;
  /** `Wed 4 Mar 18:05` */
  dateTime(seconds: number): string;
}

/** @param timeZone IANA name; without one the viewer's own */
export function timeFormat(timeZone?: string): TimeFormat {
  const clocks = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone });
  const dates = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone,
  });
  const clock = (seconds: number) => clocks.format(seconds * 1000);
  const date = (seconds: number) => dates.format(seconds * 1000);
  return { clock, date, dateTime: (seconds) => `${date(seconds)} ${clock(seconds)}` };
}
