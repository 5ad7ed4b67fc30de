/**
 * Calls `refresh` at once and then `intervalMilliseconds` after each end, but not while the page is hidden. After
 * failures the pauses grow up to half a minute.
 *
 * @param refresh tells whether it has succeeded
 * @param signal ends the calls
 */
export function keepRefreshing(
  refresh: () => Promise<boolean>,
  intervalMilliseconds: () => number,
  signal: AbortSignal,
): void {
  let timer: number | undefined;
  let isRunning = false;
  let failures = 0;
  const run = async (): Promise<void> => {
    if (signal.aborted || isRunning) return;
    clearTimeout(timer);
    isRunning = true;
    failures = (await refresh()) ? 0 : failures + 1;
    isRunning = false;
    if (document.hidden) return;
    const pause = Math.min(30_000, intervalMilliseconds() * 2 ** Math.min(5, failures));
    timer = window.setTimeout(() => void run(), pause);
  };
  const wake = () => {
    if (!document.hidden) void run();
  };
  document.addEventListener('visibilitychange', wake, { signal });
  void run();
}
