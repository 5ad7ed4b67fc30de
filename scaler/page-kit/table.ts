import { type Child, h } from './dom.js';

/** A column of numbers. */
export interface Column {
  readonly head: string;
  /** A tooltip. */
  readonly hint?: string;
}

/** A row of a table, with a cell for each column. */
export interface Row {
  readonly name: Child;
  readonly cells: readonly string[];
  readonly isMuted?: boolean;
}

/** Makes a table of numbers with named rows, in a frame that scrolls. */
export function numberTable(
  caption: string,
  nameHead: string,
  columns: readonly Column[],
  rows: readonly Row[],
): HTMLElement {
  const heads = columns.map(({ head, hint }) => h('th.number', { scope: 'col', title: hint }, head));
  return h(
    'div.scroll',
    { tabindex: 0, role: 'region', 'aria-label': caption },
    h(
      'table.numbers',
      h('caption', caption),
      h('thead', h('tr', h('th', { scope: 'col' }, nameHead), ...heads)),
      h('tbody', ...rows.map(numberRow)),
    ),
  );
}

function numberRow({ name, cells, isMuted }: Row): HTMLElement {
  const texts = cells.map((cell) => h('td.number', cell));
  return h('tr', { class: isMuted ? 'muted' : undefined }, h('th', { scope: 'row' }, name), ...texts);
}
