// `make bench`: what the forecast is worth, measured on traces. TRACES=folder takes CSV files instead of generated ones.
import { ScalerError } from '../../scaler/shared/errors.js';
import { accuracyTable } from './accuracy.js';
import { calendarTable } from './calendar.js';
import { coverageTable } from './coverage.js';
import { overloadTable } from './overload.js';
import { scalingTable } from './scaling.js';
import { speedTable } from './speed.js';
import { loadTraces } from './traces.js';

try {
  const traces = await loadTraces(process.env.TRACES || undefined);
  console.log(`${traces.length} traces: ${traces.map(({ name }) => name).join(', ')}\n`);
  console.log(`${accuracyTable(traces)}\n`);
  console.log(`${coverageTable(traces)}\n`);
  console.log(`${scalingTable(traces)}\n`);
  console.log(`${overloadTable(traces)}\n`);
  console.log(`${await calendarTable()}\n`);
  console.log(speedTable());
} catch (error) {
  if (!(error instanceof ScalerError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
