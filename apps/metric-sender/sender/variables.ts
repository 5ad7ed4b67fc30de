import { z } from 'zod';
import { decimalNumber, optionalText } from '../../shared/environment.js';
import type { CommonConfig } from '../../shared/run-program.js';
import { commonVariables } from '../common-variables.js';

/** What the sender reads from the environment. */
export const senderVariables = z.object({
  ...commonVariables,
  INTERVAL_SECONDS: decimalNumber({
    min: 0.1,
    max: 86_400,
    default: 60,
    meaning: 'Time between two messages of an application.',
  }),
  SEED: optionalText({ meaning: 'With a seed the values picked are the same in every run.' }),
});

/** The checked configuration of the sender. */
export type SenderConfig = Readonly<z.output<typeof senderVariables>> & CommonConfig;
