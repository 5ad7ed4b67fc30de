import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { table } from './panels.js';

/** Our alerts: a Prometheus of a whole cluster has many others. */
export const alertNames: readonly string[] = [
  'MuitasRequisicoes',
  'HighErrorRate',
  'QueueGrowing',
  'TargetDown',
  'ScalerDown',
  'ScalerAnswersErrors',
  'ForecastGuardedForLong',
  'ForecastStaleForLong',
  'OverloadBudgetUsed',
  'CalendarNotRead',
];

const stateColors: dashboard.DynamicConfigValue[] = [
  {
    id: 'mappings',
    value: [
      {
        type: 'value',
        options: { firing: { color: 'red', index: 0 }, pending: { color: 'orange', index: 1 } },
      },
    ],
  },
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
];

/** Which alerts fire or are about to, and for how long: from Prometheus itself, so it needs no Alertmanager. */
export function alertPanel(): TableBuilder {
  const labels = 'alertname, severity, app, queue, namespace, scaledobject, calendar, instance';
  const ours = `{alertname=~"${alertNames.join('|')}"}`;
  return table({
    title: 'Painel de alertas',
    description: 'Alerts that fire, and pending ones whose time has not passed yet. Empty when all is well.',
    width: 24,
    labels: {
      alertstate: 'State',
      alertname: 'Alert',
      severity: 'Severity',
      app: 'App',
      queue: 'Queue',
      namespace: 'Namespace',
      scaledobject: 'ScaledObject',
      calendar: 'Calendar',
      instance: 'Instance',
    },
    labelLooks: { State: stateColors },
    figures: [
      {
        heading: 'For',
        expr:
          `(time() - max by (${labels}) (ALERTS_FOR_STATE${ours}))` +
          ` * on (${labels}) group_right () max by (alertstate, ${labels}) (ALERTS${ours})`,
        looks: [
          { id: 'unit', value: 's' },
          { id: 'decimals', value: 0 },
        ],
      },
    ],
  }).height(6);
}
