import { element, refill, setText } from '../../page-kit/dom.js';
import type { TriggerList, TriggerStatus, TriggerSummary } from '../api/contract.js';
import { DemoView } from './demo-view.js';
import { fetchJson } from './fetch-json.js';
import { count, epochSeconds } from './format.js';
import { OverviewRow } from './overview-row.js';
import { STATUSES } from './words.js';

const STATUS_ORDER = Object.keys(STATUSES) as TriggerStatus[];

/** Triggers asked for at once. */
const PAGE_TRIGGERS = 1000;

/** Rows drawn before the viewer asks for more: a browser draws a thousand at once without a pause. */
const ROWS = 1000;

interface Column {
  readonly key: string;
  readonly title: string;
  readonly isNumber?: boolean;
  /** What rows are ordered by; strings or numbers. Undefined for a column that has no order. */
  readonly order?: (summary: TriggerSummary) => string | number;
}

const unknown = (value: number | null | undefined) => value ?? Number.NEGATIVE_INFINITY;

const COLUMNS: readonly Column[] = [
  { key: 'name', title: 'Trigger', order: keyOf },
  { key: 'line', title: 'Last day, next hours' },
  { key: 'observed', title: 'Load now', isNumber: true, order: ({ observed }) => unknown(observed) },
  { key: 'answered', title: 'Answered', isNumber: true, order: ({ answered }) => unknown(answered) },
  {
    key: 'replicas',
    title: 'Replicas',
    isNumber: true,
    order: ({ replicas }) => unknown(replicas.forAnswered),
  },
  { key: 'state', title: 'State', order: ({ status }) => -STATUS_ORDER.indexOf(status) },
  {
    key: 'accuracy',
    title: 'Forecast',
    order: ({ accuracy }) => unknown(accuracy?.closerThanReactingShare),
  },
  {
    key: 'age',
    title: 'Data age',
    isNumber: true,
    order: ({ observedTime }) => (observedTime === null ? 0 : -epochSeconds(observedTime)),
  },
];

/** The list of all triggers. */
export class Overview {
  readonly element: HTMLElement;
  readonly #demo = new DemoView();
  readonly #counts = element('div', { class: 'chips', role: 'group', 'aria-label': 'Show by state' });
  readonly #search = element('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Namespace, name, metric',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  readonly #sort = element('select', { id: 'sort' });
  readonly #table = element('table', { role: 'table', class: 'triggers' });
  readonly #body = element('tbody', { role: 'rowgroup' });
  readonly #tools = element('div', { class: 'tools' });
  readonly #message = element('div', { class: 'lonely', hidden: true });
  readonly #more = element('button', { type: 'button', class: 'more', hidden: true });
  readonly #shown = element('p', { class: 'shown', role: 'status' });
  readonly #rows = new Map<string, OverviewRow>();
  readonly #chips = new Map<TriggerStatus | 'all', HTMLButtonElement>();
  readonly #headers = new Map<string, HTMLTableCellElement>();

  #triggers: readonly TriggerSummary[] = [];
  #nowSeconds = 0;
  #hasLoaded = false;
  #status: TriggerStatus | 'all';
  #column: Column;
  #isDescending: boolean;
  #rowLimit = ROWS;

  /** @param parameters filter and order as `store` wrote them. */
  constructor(parameters: URLSearchParams) {
    this.#search.value = parameters.get('filter') ?? '';
    this.#status = STATUS_ORDER.find((status) => status === parameters.get('state')) ?? 'all';
    const sort = parameters.get('sort') ?? 'name';
    this.#isDescending = sort.startsWith('-');
    this.#column = COLUMNS.find(({ key, order }) => order && key === sort.replace(/^-/, '')) ?? COLUMNS[0]!;
    this.element = this.#build();
  }

  /** True while a demo's panel is shown, whose time runs fast. */
  get isDemo(): boolean {
    return this.#demo.isShown;
  }

  /** Triggers in the list. */
  get size(): number {
    return this.#triggers.length;
  }

  /** Reads the list and shows it; what was shown before stays until then. */
  async refresh(present: () => void): Promise<void> {
    const demo = this.#demo.read();
    const triggers: TriggerSummary[] = [];
    for (;;) {
      const list = await fetchJson<TriggerList>(
        `api/triggers?offset=${triggers.length}&limit=${PAGE_TRIGGERS}`,
      );
      triggers.push(...list!.triggers);
      this.#nowSeconds = epochSeconds(list!.time);
      // A list that shrinks between two pages ends early rather than never.
      if (triggers.length >= list!.total || list!.triggers.length === 0) break;
    }
    const demoState = await demo;
    this.#triggers = triggers;
    this.#hasLoaded = true;
    this.#render();
    present();
    if (demoState) this.#demo.show(demoState);
  }

  #build(): HTMLElement {
    for (const status of ['all', ...STATUS_ORDER] as const) {
      const chip = element('button', { type: 'button', class: `chip ${status}` });
      chip.addEventListener('click', () => {
        this.#status = status;
        this.#changed();
      });
      this.#chips.set(status, chip);
    }
    this.#counts.append(...this.#chips.values());
    this.#search.addEventListener('input', () => this.#changed());
    this.#sort.addEventListener('change', () => this.#sortBy(this.#sort.value));
    for (const { key, title, order } of COLUMNS)
      if (order) this.#sort.append(element('option', { value: key }, title));
    const header = element('tr', { role: 'row' });
    for (const column of COLUMNS) header.append(this.#header(column));
    this.#more.addEventListener('click', () => {
      this.#rowLimit += ROWS;
      this.#render();
    });
    this.#table.append(
      element('caption', { class: 'unseen' }, 'Triggers that KEDA asks about, with what they are answered'),
      element('thead', { role: 'rowgroup' }, header),
      this.#body,
    );
    this.#tools.append(
      this.#counts,
      element(
        'div',
        { class: 'search' },
        element('label', { for: 'search' }, 'Find'),
        this.#search,
        element('span', { class: 'sorting' }, element('label', { for: 'sort' }, 'Sort by'), this.#sort),
      ),
    );
    return element(
      'div',
      { class: 'overview' },
      element('h1', {}, 'Triggers'),
      this.#demo.element,
      this.#tools,
      this.#shown,
      element('div', { class: 'scroll' }, this.#table),
      this.#message,
      this.#more,
    );
  }

  #header(column: Column): HTMLTableCellElement {
    const { key, title, order, isNumber } = column;
    const cell = element('th', {
      scope: 'col',
      role: 'columnheader',
      class: isNumber ? 'number' : undefined,
    });
    this.#headers.set(key, cell);
    if (!order) {
      cell.append(title);
      return cell;
    }
    const button = element(
      'button',
      { type: 'button' },
      title,
      element('span', { class: 'order', 'aria-hidden': 'true' }),
    );
    button.addEventListener('click', () => this.#sortBy(key));
    cell.append(button);
    return cell;
  }

  #sortBy(key: string): void {
    const column = COLUMNS.find((candidate) => candidate.key === key)!;
    // Numbers are of interest from the top, names from A.
    this.#isDescending = column === this.#column ? !this.#isDescending : column.key !== 'name';
    this.#column = column;
    this.#changed();
  }

  /** The viewer wants something else to be shown: shows it and keeps it in the address. */
  #changed(): void {
    this.#rowLimit = ROWS;
    const parameters = new URLSearchParams();
    if (this.#search.value) parameters.set('filter', this.#search.value);
    if (this.#status !== 'all') parameters.set('state', this.#status);
    const sort = `${this.#isDescending ? '-' : ''}${this.#column.key}`;
    if (sort !== 'name') parameters.set('sort', sort);
    const query = parameters.toString();
    history.replaceState(null, '', query ? `#/?${query}` : '#/');
    this.#render();
  }

  #render(): void {
    const found = this.#found();
    const shown = this.#status === 'all' ? found : found.filter(({ status }) => status === this.#status);
    this.#renderChips(found);
    this.#renderHeaders();
    this.#renderRows(this.#sorted(shown));
    this.#renderMessage(shown.length);
  }

  #found(): readonly TriggerSummary[] {
    const words = this.#search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.#triggers;
    return this.#triggers.filter((summary) => {
      const text = keyOf(summary).toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  #sorted(triggers: readonly TriggerSummary[]): TriggerSummary[] {
    const { order } = this.#column;
    const sign = this.#isDescending ? -1 : 1;
    return [...triggers].sort((a, b) => {
      const [left, right] = [order!(a), order!(b)];
      if (left !== right) return left < right ? -sign : sign;
      return keyOf(a) < keyOf(b) ? -1 : 1;
    });
  }

  #renderChips(found: readonly TriggerSummary[]): void {
    const counts = new Map<TriggerStatus, number>();
    for (const { status } of found) counts.set(status, (counts.get(status) ?? 0) + 1);
    for (const [status, chip] of this.#chips) {
      const amount = status === 'all' ? found.length : (counts.get(status) ?? 0);
      const label = status === 'all' ? 'All' : STATUSES[status].label;
      chip.setAttribute('aria-pressed', String(status === this.#status));
      chip.hidden = amount === 0 && status !== 'all' && status !== this.#status;
      refill(chip, [label, amount], () => [label, element('span', { class: 'amount' }, count(amount))]);
    }
  }

  #renderHeaders(): void {
    for (const [key, cell] of this.#headers) {
      if (key !== this.#column.key) cell.removeAttribute('aria-sort');
      else cell.setAttribute('aria-sort', this.#isDescending ? 'descending' : 'ascending');
    }
    this.#sort.value = this.#column.key;
  }

  #renderRows(triggers: readonly TriggerSummary[]): void {
    const known = new Set(this.#triggers.map(keyOf));
    for (const key of this.#rows.keys()) if (!known.has(key)) this.#rows.delete(key);
    const wanted: Node[] = [];
    for (const summary of triggers.slice(0, this.#rowLimit)) {
      const key = keyOf(summary);
      let row = this.#rows.get(key);
      if (!row) {
        row = new OverviewRow(summary);
        this.#rows.set(key, row);
      }
      row.show(summary, this.#nowSeconds);
      wanted.push(row.element);
    }
    // Rows that stand right are left where they are, so that focus and selection stay.
    const present = this.#body.childNodes;
    if (present.length !== wanted.length || wanted.some((row, i) => present[i] !== row))
      this.#body.replaceChildren(...wanted);
    const hiddenRows = triggers.length - wanted.length;
    this.#more.hidden = hiddenRows === 0;
    setText(this.#more, `Show ${count(Math.min(ROWS, hiddenRows))} more of ${count(hiddenRows)}`);
  }

  #renderMessage(shown: number): void {
    const total = this.#triggers.length;
    const isFiltered = this.#search.value !== '' || this.#status !== 'all';
    this.#tools.hidden = this.#hasLoaded && total === 0;
    setText(this.#shown, isFiltered && total > 0 ? `${count(shown)} of ${count(total)} triggers` : '');
    this.#table.hidden = shown === 0;
    this.#message.hidden = shown > 0 || !this.#hasLoaded;
    refill(this.#message, [total, shown], () => (total === 0 ? noTriggers() : this.#nothingFound()));
  }

  #nothingFound(): Node[] {
    const clear = element('button', { type: 'button' }, 'Show all triggers');
    clear.addEventListener('click', () => {
      this.#search.value = '';
      this.#status = 'all';
      this.#changed();
    });
    return [element('p', {}, 'No trigger matches what you look for.'), clear];
  }
}

function noTriggers(): Node[] {
  return [
    element('p', { class: 'strong' }, 'KEDA has not asked about any trigger yet.'),
    element(
      'p',
      {},
      'A trigger appears here within seconds of its ScaledObject. If you have applied one, look at what KEDA says about it:',
    ),
    element(
      'pre',
      {},
      element('code', {}, 'kubectl describe scaledobject NAME\nkubectl logs -n keda deploy/keda-operator'),
    ),
    element(
      'p',
      {},
      'A ScaledObject reaches this scaler through a trigger of type “external” whose scalerAddress names its Service.',
    ),
  ];
}

function keyOf({ namespace, scaledObject, metricName }: TriggerSummary): string {
  return `${namespace}/${scaledObject}/${metricName}`;
}
