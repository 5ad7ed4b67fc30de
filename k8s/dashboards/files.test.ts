import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { parse } from 'yaml';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { alertNames } from './alerts.js';
import { dashboardFiles, dashboards } from './all.js';
import { portuguese, replaceTexts } from './portuguese.js';

const panelsOf = (dashboard: Dashboard): Panel[] =>
  ((dashboard.panels ?? []) as (Panel | RowPanel)[]).filter((panel): panel is Panel => panel.type !== 'row');

describe('the dashboards', () => {
  for (const [path, text] of dashboardFiles())
    it(`lie in ${path} as the code builds them (else: npm run dashboards)`, () => {
      assert.equal(readFileSync(join(packageRoot, path), 'utf8'), text);
    });

  it('are all in the ConfigMap that Kubernetes gets', () => {
    const folder = join(packageRoot, 'compose/grafana/dashboards');
    const { configMapGenerator } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'));
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    assert.deepEqual(configMapGenerator[0].files.toSorted(), files.sort());
    assert.deepEqual(
      files,
      Object.keys(dashboards)
        .map((name) => `${name}.json`)
        .sort(),
    );
  });

  it('have no text without a translation, and no translation without a text', () => {
    const texts = new Set<string>();
    for (const build of Object.values(dashboards))
      replaceTexts(build(), (text) => {
        texts.add(text);
        return text;
      });
    // The same in both languages: names, labels alone, and texts that a language has taken from the other.
    const same =
      /^(Prometheus|ScaledObject|KEDA|Pokedex|metric-sender|Threshold|threshold|triggers|pods|deployments|2h|Painel de alertas|[\d]+ %|volume \{\{.*\}\}|(\{\{\w+\}\} ?)*|)$/;
    assert.deepEqual(
      [...texts].filter((text) => !(text in portuguese) && !same.test(text)),
      [],
    );
    assert.deepEqual(
      Object.keys(portuguese).filter((text) => !texts.has(text)),
      [],
    );
  });

  it('show every alert of the rules', () => {
    const folder = join(packageRoot, 'compose/prometheus/rules');
    const alerts = readdirSync(folder)
      .filter((name) => name.endsWith('.rules.yml'))
      .flatMap((name) => parse(readFileSync(join(folder, name), 'utf8')).groups)
      .flatMap(({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert));
    assert.deepEqual(alertNames.toSorted(), alerts.sort());
    for (const build of Object.values(dashboards))
      assert.equal(panelsOf(build())[0]!.title, 'Painel de alertas');
  });

  for (const [name, build] of Object.entries(dashboards)) {
    const dashboard = build();
    const panels = panelsOf(dashboard);

    it(`${name}: every panel has a title of its own, says how it is to be read, and has a unit`, () => {
      assert.equal(dashboard.uid, name);
      const titles = panels.map(({ title }) => title);
      assert.equal(new Set(titles).size, titles.length, 'two panels have one title');
      for (const panel of panels) {
        assert.ok(panel.title);
        assert.match(panel.description ?? '', /.{20,}\.$/, `${panel.title} has no description`);
        const units = [
          panel.fieldConfig?.defaults?.unit,
          ...(panel.fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
            properties.filter(({ id }) => id === 'unit'),
          ),
        ];
        assert.ok(units.some(Boolean), `${panel.title} has no unit`);
      }
    });

    it(`${name}: panels fill rows of 24 columns and none lies on another`, () => {
      const taken = new Set<string>();
      for (const { gridPos, title } of panels) {
        const { x, y, w, h } = gridPos!;
        assert.ok(x >= 0 && x + w <= 24, `${title} leaves the grid`);
        for (let column = x; column < x + w; column++)
          for (let row = y; row < y + h; row++) {
            const cell = `${column},${row}`;
            assert.ok(!taken.has(cell), `${title} lies on another panel`);
            taken.add(cell);
          }
      }
      for (const { gridPos } of panels) {
        const { y } = gridPos!;
        const width = panels
          .filter((other) => other.gridPos!.y === y)
          .reduce((sum, other) => sum + other.gridPos!.w, 0);
        assert.ok([12, 24].includes(width), `a row of ${name} is ${width} columns wide`);
      }
    });

    it(`${name}: queries of a panel differ in their legends, and styles belong to one of them`, () => {
      for (const { title, targets = [], fieldConfig } of panels) {
        const legends = (targets as { legendFormat?: string }[]).map(({ legendFormat }) => legendFormat);
        const named = legends.filter(Boolean);
        assert.equal(new Set(named).size, named.length, `${title} has two queries with one legend`);
        for (const { matcher, properties } of fieldConfig?.overrides ?? [])
          if (properties.some(({ id }) => id.startsWith('custom.') && id !== 'custom.cellOptions'))
            assert.ok(legends.includes(matcher.options), `${title} has a style for "${matcher.options}"`);
      }
    });
  }
});
