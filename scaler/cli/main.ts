#!/usr/bin/env node
import { Command } from 'commander';
import { ScalerError } from '../errors.js';
import { packageDescription, packageVersion } from '../package-root.js';
import { backtestCommand } from './backtest.js';
import { demoCommand } from './demo.js';
import { forecastCommand } from './forecast.js';
import { probeCommand } from './probe.js';
import { serveCommand } from './serve.js';

const program = new Command('predictive-scaler')
  .description(packageDescription)
  .version(packageVersion)
  .showHelpAfterError()
  .addCommand(serveCommand())
  .addCommand(backtestCommand())
  .addCommand(forecastCommand())
  .addCommand(probeCommand())
  .addCommand(demoCommand());

try {
  await program.parseAsync();
} catch (error) {
  // A ScalerError is written for the user; anything else is a fault of ours whose first line is all a user can use.
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`predictive-scaler: ${message}\n`);
  process.exitCode = error instanceof ScalerError && error.kind === 'invalid' ? 2 : 1;
}
