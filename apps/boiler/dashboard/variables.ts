import { z } from 'zod';
import { startTimeoutVariables } from '../../shared/broker-variables.js';
import { decimalNumber, port, wholeNumber } from '../../shared/environment.js';
import type { CommonConfig } from '../../shared/run-program.js';
import { operationsVariables } from '../../shared/serve-operations.js';
import { languageVariables } from '../language-variables.js';
import { databaseVariables } from '../store/variables.js';

/** What the dashboard reads from the environment. */
export const dashboardVariables = z.object({
  PORT: port({ default: 8090, meaning: 'Port of the dashboard’s page.' }),
  ...databaseVariables,
  ...startTimeoutVariables,
  ...operationsVariables,
  ...languageVariables,
  WINDOW_MINUTES: wholeNumber({
    min: 5,
    max: 1440,
    default: 60,
    meaning: 'How many minutes back the dashboard shows.',
  }),
  REFRESH_SECONDS: decimalNumber({
    min: 0.2,
    max: 3600,
    default: 2,
    meaning: 'How often the dashboard asks the database while somebody looks at it.',
  }),
});

/** The checked configuration of the dashboard. */
export type DashboardConfig = Readonly<z.output<typeof dashboardVariables>> & CommonConfig;
