import { createLog } from '../../apps/shared/log.js';

/** A log that writes nothing, for parts that a test runs in its own process. */
export const silentLog = createLog({ service: 'test', level: 'silent' });
