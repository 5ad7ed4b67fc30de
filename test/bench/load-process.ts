import { drive, type LoadPlan } from './load-driver.js';

// A process of its own, so that the load costs the scaler's event loop nothing. Plan in, report out, as JSON.
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
console.log(JSON.stringify(await drive(plan)));
