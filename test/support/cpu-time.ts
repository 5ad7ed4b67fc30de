/**
 * Milliseconds of processor time that some work takes. Unlike the time on a clock it does not grow when other programs
 * keep the machine busy.
 */
export function cpuMilliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
