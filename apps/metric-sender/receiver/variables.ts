import { z } from 'zod';
import type { CommonConfig } from '../../shared/run-program.js';
import { commonVariables } from '../common-variables.js';

/** What the receiver reads from the environment. */
export const receiverVariables = z.object(commonVariables);

/** The checked configuration of the receiver. */
export type ReceiverConfig = Readonly<z.output<typeof receiverVariables>> & CommonConfig;
