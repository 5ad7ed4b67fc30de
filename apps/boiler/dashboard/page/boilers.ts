import { h } from '../../../../scaler/page-kit/dom.js';
import type { AnomalyRow, BoilerOverview, Overview } from '../contract.js';
import { decimal } from './format.js';
import { wordsFor } from './measures.js';
import { say } from './say.js';

/** An anomaly shows on its boiler for this long. */
const ANOMALY_SHOWN_MS = 60_000;

/** A boiler without a reading for this long is called silent. */
const SILENT_AFTER_MS = 60_000;

const COLORS_IN_STYLE_SHEET = 6;

/** The style sheet's name for a boiler's color. @param index its place in the list, from 0 */
export function colorName(index: number): string {
  return `boiler-${(index % COLORS_IN_STYLE_SHEET) + 1}`;
}

/** A mark in a boiler's color. @param index its place in the list, from 0 */
export function swatch(index: number): HTMLElement {
  const mark = h('span.swatch.area');
  mark.style.color = `var(--${colorName(index)})`;
  return mark;
}

/** One card per boiler: what it reads now, and whether that is as it should be. */
export function boilerCards(overview: Overview): HTMLElement[] {
  return overview.boilers.map((boiler, index) => {
    const { latest, name } = boiler;
    return h(
      'li.boiler',
      h('div.boiler-head', swatch(index), h('h2', name), stateBadge(boiler, overview)),
      h('p.temperature', ...valueWithUnit('temperature', latest.temperature)),
      h(
        'dl.measures',
        ...(['pressure', 'steamFlow', 'waterLevel'] as const).map((measure) =>
          h('div', h('dt', wordsFor(measure).name), h('dd', ...valueWithUnit(measure, latest[measure]))),
        ),
      ),
    );
  });
}

function valueWithUnit(measure: string, value: number): (Node | string)[] {
  const { unit, digits } = wordsFor(measure);
  return [decimal(value, digits), ' ', h('span.unit', unit)];
}

function stateBadge(boiler: BoilerOverview, { anomalies, asOfMs }: Overview): HTMLElement {
  const silentMs = asOfMs - boiler.latest.measuredAtMs;
  if (silentMs > SILENT_AFTER_MS) {
    return h('span.badge.warn', say('silent', { minutes: Math.floor(silentMs / 60_000) }));
  }
  const recent = anomalies.filter(
    (anomaly) => anomaly.boiler === boiler.name && asOfMs - anomaly.measuredAtMs < ANOMALY_SHOWN_MS,
  );
  const worst = recent.find((anomaly) => anomaly.kind === 'limit') ?? recent[0];
  return worst
    ? h('span', { class: worst.kind === 'limit' ? 'badge bad' : 'badge warn' }, shortly(worst))
    : h('span.badge.good', say('normal'));
}

/** `Pressure high`, or `Pressure unusual` for a deviation. */
function shortly({ measure, kind, value, expectedHigh }: AnomalyRow): string {
  const limitPassed = value > expectedHigh ? 'high' : 'low';
  return say(kind === 'limit' ? limitPassed : 'unusual', { measure: wordsFor(measure).name });
}
