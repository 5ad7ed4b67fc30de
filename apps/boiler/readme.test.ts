import { Registry } from 'prom-client';
import { assertReadmeListsMetrics, assertReadmeListsVariables } from '../../test/support/readme.js';
import { requestMetrics } from '../shared/request-metrics.js';
import { consumerMetrics } from './consumer/metrics.js';
import { consumerVariables } from './consumer/variables.js';
import { dashboardMetrics } from './dashboard/metrics.js';
import { dashboardVariables } from './dashboard/variables.js';
import { producerMetrics } from './producer/metrics.js';
import { producerVariables } from './producer/variables.js';

describe('the boiler’s README', () => {
  it('lists the variables of its programs', () => {
    assertReadmeListsVariables('boiler', producerVariables, consumerVariables, dashboardVariables);
  });

  it('lists the metrics of its programs', async () => {
    const registry = new Registry();
    producerMetrics(registry);
    consumerMetrics(registry);
    dashboardMetrics(registry);
    requestMetrics(registry, 'boiler-dashboard');
    await assertReadmeListsMetrics('boiler', await registry.metrics());
  });
});
