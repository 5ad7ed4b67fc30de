// `make bench`: what the forecast is worth, measured on traces. TRACES=folder takes CSV files instead of generated ones.
import { ScalerError } from '../../scaler/errors.js';
import { scalingTable } from './scaling.js';
import { loadTraces } from './traces.js';

try {
  const traces = await loadTraces(process.env.TRACES || undefined);
  console.log(`${traces.length} traces: ${traces.map(({ name }) => name).join(', ')}\n`);
  console.log(scalingTable(traces));
} catch (error) {
  if (!(error instanceof ScalerError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
