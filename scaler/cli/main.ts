#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ScalerError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { backtestCommand } from './backtest.js';
import { probeCommand } from './probe.js';

const { version, description } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));

const program = new Command('predictive-scaler')
  .description(description)
  .version(version)
  .showHelpAfterError()
  .addCommand(backtestCommand())
  .addCommand(probeCommand());

try {
  await program.parseAsync();
} catch (error) {
  // A ScalerError is written for the user; anything else is a fault of ours whose first line is all a user can use.
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`predictive-scaler: ${message}\n`);
  process.exitCode = error instanceof ScalerError && error.kind === 'invalid' ? 2 : 1;
}
