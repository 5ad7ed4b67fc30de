#!/usr/bin/env node
import { runCommandLine } from './command-line.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  // The reader has closed the pipe, as `head` does.
  process.exit(0);
});
process.exitCode = await runCommandLine(process.argv.slice(2), (text) => process.stderr.write(text));
