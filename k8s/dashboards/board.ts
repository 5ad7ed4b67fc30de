import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { alertPanel } from './alerts.js';
import { dataSource } from './panels.js';

/** A variable whose values are those of a label. */
export function labelVariable(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSource)
    .query({ query, refId: name })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc);
}

/**
 * A dashboard with what all of ours share: the choice of the Prometheus, a cursor over all panels, the time of the
 * browser, links to the others, and the alerts.
 */
export function board(
  uid: string,
  title: string,
  description: string,
  variables: readonly dashboard.QueryVariableBuilder[] = [],
): dashboard.DashboardBuilder {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['predictive-scaler'])
    .timezone('browser')
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .readonly()
    .link(
      new dashboard.DashboardLinkBuilder('Other dashboards')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['predictive-scaler'])
        .asDropdown(true)
        .keepTime(true),
    )
    .withVariable(
      new dashboard.DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    );
  for (const variable of variables) builder.withVariable(variable);
  return builder.withPanel(alertPanel());
}
