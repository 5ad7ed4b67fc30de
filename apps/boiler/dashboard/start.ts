import express from 'express';
import { OncePerChange } from '../../../scaler/shared/once-per-change.js';
import { securityHeaders } from '../../../scaler/shared/page-server.js';
import { listenHttp } from '../../shared/http-listener.js';
import { errorsAsJson, notFoundAsJson } from '../../shared/json-errors.js';
import type { Logger } from '../../shared/log.js';
import { requestMetrics } from '../../shared/request-metrics.js';
import type { RunningProgram } from '../../shared/run-program.js';
import { serveOperations } from '../../shared/serve-operations.js';
import { explainDatabaseError, openDatabase } from '../store/database.js';
import { dashboardMetrics } from './metrics.js';
import { readOverview } from './overview.js';
import { OverviewFeed } from './overview-feed.js';
import { pageRoutes } from './page-routes.js';
import type { DashboardConfig } from './variables.js';
import { words } from './words.js';

/** Starts the page that shows the boilers live. */
export async function startDashboard(config: DashboardConfig, log: Logger): Promise<RunningProgram> {
  const operations = await serveOperations(config, log);
  const metrics = dashboardMetrics(operations.registry);
  const pool = await openDatabase(config, {
    startTimeoutSeconds: config.START_TIMEOUT_SECONDS,
    connections: 4,
    log,
  });
  // The database does not decide readiness: the page itself says when it is away.
  const once = new OncePerChange();
  function logDatabase(problem?: string) {
    if (!once.changed(problem)) return;
    if (problem === undefined) log.info('the database works again');
    else log.warn({ reason: problem }, 'the database does not answer');
  }
  async function read() {
    const stopTimer = metrics.readSeconds.startTimer();
    try {
      const overview = await readOverview(pool, Date.now(), config.WINDOW_MINUTES);
      stopTimer();
      logDatabase();
      return overview;
    } catch (error) {
      logDatabase(explainDatabaseError(error, config));
      throw error;
    }
  }
  const { databaseAway } = words[config.APP_LANGUAGE];
  const feed = new OverviewFeed({
    refreshSeconds: config.REFRESH_SECONDS,
    read,
    problem: databaseAway,
    onViewers: (viewers) => metrics.viewers.set(viewers),
  });

  const app = express();
  app.disable('x-powered-by');
  app.use(
    requestMetrics(operations.registry, 'boiler-dashboard'),
    securityHeaders,
    pageRoutes(config.APP_LANGUAGE),
  );
  app.get('/api/overview', async (_request, response) => {
    response.set('Cache-Control', 'no-store');
    const overview = await read().catch(() => undefined);
    if (overview) response.json(overview);
    else response.status(503).json({ error: databaseAway });
  });
  app.get('/api/stream', (_request, response) => feed.addViewer(response));
  app.use(notFoundAsJson('no such page: the dashboard is at /'));
  app.use(errorsAsJson(log));
  const listener = await listenHttp(app, {
    host: config.HOST,
    port: config.PORT,
    announce: { log, purpose: 'http' },
  });

  return {
    async stop() {
      operations.readiness.markStopping();
      await feed.close();
      await listener.close(config.SHUTDOWN_GRACE_SECONDS);
      await pool.end();
      await operations.close();
    },
  };
}
