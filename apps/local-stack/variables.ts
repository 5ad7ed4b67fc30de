import { z } from 'zod';
import { languageVariables } from '../boiler/language-variables.js';
import { decimalNumber, text, wholeNumber } from '../shared/environment.js';

/** What `make apps` reads from the environment. */
export const localStackVariables = z.object({
  STACK_FOLDER: text({
    default: 'var',
    meaning: "Where Prometheus' data (`prometheus/`) and the programs' logs (`log/`) are kept.",
  }),
  HISTORY_DAYS: wholeNumber({
    min: 0,
    max: 60,
    default: 14,
    meaning: 'Days of simulated past that an empty Prometheus is given; 0 for none.',
  }),
  TRAFFIC_PER_SECOND: decimalNumber({
    min: 0,
    max: 1000,
    default: 5,
    meaning:
      'Requests per second to app-a at the usual weekday evening peak, in the past and from now on; 0 for none.',
  }),
  SCRAPE_SECONDS: wholeNumber({ min: 1, max: 60, default: 15, meaning: 'How often Prometheus scrapes.' }),
  ...languageVariables,
});

/** The checked configuration of `make apps`. */
export type LocalStackConfig = Readonly<z.output<typeof localStackVariables>>;
