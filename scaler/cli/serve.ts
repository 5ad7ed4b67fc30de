import { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { runScaler } from '../main.js';

/** `predictive-scaler serve`: runs the scaler. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Answer KEDA over gRPC until SIGTERM')
    .option('--config <file>', 'configuration file in YAML; SCALER_... variables go before it')
    .addHelpText(
      'after',
      `
Example:
  SCALER_PROMETHEUS_ADDRESS=http://prometheus.monitoring:9090 predictive-scaler serve

Every setting is in docs/configuration.md.`,
    )
    .action(async ({ config: file }: { config?: string }) => {
      await runScaler(loadConfig({ environment: process.env, file }));
    });
}
