import { element } from '../../page-kit/dom.js';
import { load } from '../../page-kit/numbers.js';
import type { ModelMember, ModelPool, ModelView } from '../api/contract.js';
import { epochSeconds, percent, span, timeElement } from './format.js';
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

/** The model in use: what it is, and each of its recursions with weights and parameters. */
export function modelNodes(model: ModelView, nowSeconds: number): Node[] {
  const nodes: Node[] = [
    element(
      'p',
      {},
      `A pool of ${model.mean.members.length} Holt-Winters recursions with ${STAGE_WORDS[model.stage]}, on steps of ${span(model.stepSeconds)}, weighted by how close each came ${stepsAhead(model)} ahead. It has seen the history until `,
      timeElement(model.historyUntilTime, nowSeconds),
      `, ${span(Math.max(0, nowSeconds - epochSeconds(model.historyUntilTime)))} ago.`,
    ),
    poolTable(model.mean, model.highest ? 'Mean of each step' : 'Each step', model.stepSeconds),
  ];
  if (model.highest) nodes.push(poolTable(model.highest, 'Highest load of each step', model.stepSeconds));
  if (model.mean.regression) nodes.push(regressionNode(model.mean.regression, stepsAhead(model)));
  nodes.push(
    element(
      'dl',
      { class: 'glossary' },
      ...PARAMETERS.map(([, symbol, meaning]) =>
        element('div', {}, element('dt', {}, symbol), element('dd', {}, meaning)),
      ),
    ),
  );
  return nodes;
}

/** Weights below this are not worth reading. */
const LEAST_WEIGHT = 0.05;

function regressionNode({ looksAt }: NonNullable<ModelPool['regression']>, ahead: string): HTMLElement {
  const worthReading = looksAt.filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT);
  const list = worthReading.map(({ what, weight }) => `${what} (${weight.toFixed(2)})`).join(', ');
  return element(
    'p',
    {},
    `A regression and the nearest past moments forecast the mean beside them, and the median of the three counts. ${ahead} ahead the regression follows ${list}.`,
  );
}

function stepsAhead({ horizonSteps, stepSeconds }: ModelView): string {
  return span(horizonSteps * stepSeconds);
}

function poolTable(pool: ModelPool, title: string, stepSeconds: number): HTMLElement {
  const measured = pool.measuredAtSteps.map((steps) => span(steps * stepSeconds));
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, 'Recursion'),
    ...measured.map((ahead) => element('th', { scope: 'col', class: 'number' }, `Weight ${ahead} ahead`)),
    ...PARAMETERS.map(([, symbol, meaning]) =>
      element('th', { scope: 'col', class: 'number', title: meaning }, symbol),
    ),
    element('th', { scope: 'col', class: 'number' }, 'Level'),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Parameters: ${title}` },
    element(
      'table',
      { class: 'model' },
      element('caption', {}, title),
      element('thead', {}, head),
      element('tbody', {}, ...pool.members.map(memberRow)),
    ),
  );
}

function memberRow(member: ModelMember): HTMLElement {
  const least = Math.max(...member.weights) < 0.005;
  return element(
    'tr',
    { class: least ? 'unused' : undefined },
    element('th', { scope: 'row' }, member.name),
    ...member.weights.map((weight) => element('td', { class: 'number' }, percent(weight))),
    ...PARAMETERS.map(([key]) => element('td', { class: 'number' }, member.parameters[key].toFixed(3))),
    element(
      'td',
      { class: 'number' },
      member.form === 'log' ? `e^${load(member.level)}` : load(member.level),
    ),
  );
}
