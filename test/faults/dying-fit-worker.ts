import type { FitOptions, FittedModel, Series } from '../../scaler/forecast/index.js';
import fitInWorker from '../../scaler/planner/fit-worker.js';

/** First value of a series that makes the worker die, and how. */
export const deaths = { ends: -1001, 'runs out of memory': -1002, 'never ends': -1003 } as const;

/** The fit, unless the series says how to die in it. */
export default function fitOrDie(task: { series: Series; options: FitOptions }): FittedModel {
  switch (task.series.values[0]) {
    case deaths.ends:
      // What is left of a thread that is killed from outside.
      process.exit(137);
      break;
    case deaths['runs out of memory']: {
      const hoard: string[][] = [];
      for (;;) hoard.push(Array.from({ length: 10_000 }, (_, i) => `${hoard.length} ${i}`));
    }
    case deaths['never ends']:
      for (;;);
  }
  return fitInWorker(task);
}
