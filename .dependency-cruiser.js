/** What each folder of scaler/ may import from. Whatever is not here is an error, and so is a circle. */
const arrows = {
  shared: [],
  forecast: [],
  hpa: [],
  policy: ['forecast', 'hpa'],
  prometheus: ['shared'],
  calendar: ['shared', 'forecast', 'prometheus'],
  trigger: ['shared', 'forecast', 'calendar'],
  config: ['shared', 'trigger', 'prometheus', 'calendar'],
  history: ['shared', 'forecast', 'trigger', 'prometheus'],
  planner: ['shared', 'forecast', 'policy', 'trigger', 'history', 'calendar'],
  grpc: ['shared', 'trigger', 'planner'],
  telemetry: ['shared', 'policy', 'trigger', 'prometheus', 'calendar', 'planner'],
  'page-kit': [],
  web: [
    'shared',
    'page-kit',
    'forecast',
    'policy',
    'hpa',
    'trigger',
    'calendar',
    'config',
    'planner',
    'telemetry',
  ],
  backtest: ['shared', 'page-kit', 'forecast', 'policy', 'hpa', 'calendar', 'trigger', 'history', 'planner'],
  demo: ['shared', 'backtest', 'grpc', 'web'],
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(arrows).map(([folder, others]) => ({
      name: `${folder}-imports-only-${others.join('-') || 'itself'}`,
      severity: 'error',
      from: { path: `^scaler/${folder}/` },
      to: { path: '^(scaler|apps|test)/', pathNot: `^scaler/(${[folder, ...others].join('|')})/` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.ts$|/generated/' },
  },
};
