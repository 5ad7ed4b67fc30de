/** Where the server writes what an operator should know. A pino logger fits. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** For a server that is not asked to log. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
