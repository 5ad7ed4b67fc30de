import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Router } from 'express';
import { securityHeaders } from '../../../scaler/shared/page-server.js';

/** A server under test. */
export interface ServedPages {
  /** `http://127.0.0.1:port`, without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves routers, with the headers of the scaler's server, on a free loopback port. */
export async function servePages(...pages: readonly Router[]): Promise<ServedPages> {
  const app = express();
  app.use(securityHeaders);
  for (const page of pages) app.use(page);
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
