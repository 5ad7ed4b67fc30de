// `make bench`: what the forecast is worth, measured on traces. TRACES=folder takes CSV files instead of generated ones.
import { scalingTable } from './scaling.js';
import { loadTraces } from './traces.js';

const traces = await loadTraces(process.env.TRACES || undefined);
console.log(`${traces.length} traces: ${traces.map(({ name }) => name).join(', ')}\n`);
console.log(scalingTable(traces));
