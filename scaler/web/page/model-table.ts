import { h, paragraph } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import { numberTable } from '../../page-kit/table.js';
import type { ModelPool, ModelView } from '../api/contract.js';
import { duration, epochSeconds, percent, span, timeElement } from './format.js';
import { STAGE_WORDS } from './words.js';

const PARAMETERS = [
  ['alpha', 'α', 'How fast the level follows'],
  ['beta', 'β', 'How fast the trend follows'],
  ['phi', 'φ', 'How much of the trend is left one step later'],
  ['gamma', 'γ', 'How fast the first season follows'],
  ['omega', 'ω', 'How fast the second season follows'],
  ['kappa', 'κ', 'How much of the newest deviation is believed'],
  ['rho', 'ρ', 'How much of a deviation is left one step later'],
] as const;

/** Smaller weights, and more of them, are not shown. */
const LEAST_WEIGHT = 0.05;
const MOST_WEIGHTS = 4;

/** The model in use, with weights and parameters of its recursions. */
export function modelNodes(model: ModelView, nowSeconds: number): Node[] {
  const { mean, highest, stage, stepSeconds, historyUntilTime } = model;
  const count = mean.members.length;
  const recursions =
    count === 1 ? 'One Holt-Winters recursion' : `A pool of ${count} Holt-Winters recursions`;
  const ahead = duration(model.horizonSteps * stepSeconds);
  const age = span(nowSeconds - epochSeconds(historyUntilTime));
  const tables = [poolTable(mean, highest ? 'Mean of each step' : 'Each step', stepSeconds)];
  if (highest) tables.push(poolTable(highest, 'Highest load of each step', stepSeconds));
  const looksAt = mean.regression?.looksAt ?? [];
  const followed = looksAt.filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT).slice(0, MOST_WEIGHTS);
  const list = followed
    .map(({ what, weight }) => `${what} (${weight.toFixed(2).replace('-', '−')})`)
    .join(', ');
  const regression = paragraph`A regression, boosted trees and the nearest past moments forecast the mean too, and the median of all counts. ${ahead} ahead the regression follows ${list}.`;
  return [
    paragraph`${recursions} with ${STAGE_WORDS[stage!]}, on steps of ${duration(stepSeconds)}, weighted by how close each came ${ahead} ahead. It has seen the history until ${timeElement(historyUntilTime, nowSeconds)}, ${age} ago.`,
    ...(list ? [regression] : []),
    ...tables,
    h('dl.glossary', ...PARAMETERS.map(([, symbol, meaning]) => h('div', h('dt', symbol), h('dd', meaning)))),
  ];
}

function poolTable({ measuredAtSteps, members }: ModelPool, title: string, stepSeconds: number): HTMLElement {
  const columns = [
    ...measuredAtSteps.map((steps) => ({ head: `Weight ${duration(steps * stepSeconds)} ahead` })),
    ...PARAMETERS.map(([, head, hint]) => ({ head, hint })),
    { head: 'Level' },
  ];
  const rows = members.map(({ name, weights, parameters, form, level }) => ({
    name,
    isMuted: Math.max(...weights) < 0.005,
    cells: [
      ...weights.map(percent),
      ...PARAMETERS.map(([key]) => parameters[key].toFixed(3)),
      form === 'log' ? `e^${load(level)}` : load(level),
    ],
  }));
  return numberTable(title, 'Recursion', columns, rows);
}
