import { button, h, paragraph, renew } from '../../page-kit/dom.js';
import type { TriggerList, TriggerStatus, TriggerSummary } from '../api/contract.js';
import { DemoView } from './demo-view.js';
import { fetchJson } from './fetch-json.js';
import { count, epochSeconds } from './format.js';
import { COLUMNS, type OverviewColumn, OverviewRow, STATUS_ORDER } from './overview-row.js';
import { keyOf } from './route.js';
import { STATUSES } from './words.js';

/** Triggers asked for at once. */
const PAGE_TRIGGERS = 1000;

/** Rows drawn before the viewer asks for more: browsers draw a thousand without a pause. */
const ROWS = 1000;

/** The list of all triggers. */
export class Overview {
  readonly element: HTMLElement;
  readonly #demo = new DemoView();
  readonly #search = h('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Namespace, name, metric',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  readonly #sort = h(
    'select',
    { id: 'sort' },
    ...COLUMNS.filter(({ order }) => order).map(({ key, title }) => h('option', { value: key }, title)),
  );
  readonly #body = h('tbody', { role: 'rowgroup' });
  readonly #table: HTMLElement;
  readonly #tools: HTMLElement;
  readonly #message = h('div.lonely', { hidden: true });
  readonly #more = button(() => this.#showMore(), { class: 'more', hidden: true });
  readonly #shown = h('p.shown', { role: 'status' });
  readonly #rows = new Map<string, OverviewRow>();
  readonly #chips = new Map(
    (['all', ...STATUS_ORDER] as const).map((status) => [
      status,
      button(() => this.#choose(status), { class: `chip ${status}` }),
    ]),
  );
  readonly #headers = new Map(COLUMNS.map((column) => [column.key, this.#header(column)]));

  #triggers: readonly TriggerSummary[] = [];
  #nowSeconds = 0;
  #hasLoaded = false;
  #status: TriggerStatus | 'all';
  #column: OverviewColumn;
  #isDescending: boolean;
  #rowLimit = ROWS;

  /** @param parameters filter and order as `#changed` wrote them */
  constructor(parameters: URLSearchParams) {
    this.#search.value = parameters.get('filter') ?? '';
    this.#status = STATUS_ORDER.find((status) => status === parameters.get('state')) ?? 'all';
    const sort = parameters.get('sort') ?? 'name';
    this.#isDescending = sort.startsWith('-');
    this.#column = COLUMNS.find(({ key, order }) => order && key === sort.replace(/^-/, '')) ?? COLUMNS[0]!;

    this.#search.addEventListener('input', () => this.#changed());
    this.#sort.addEventListener('change', () => this.#sortBy(this.#sort.value));
    this.#table = h(
      'table.triggers',
      { role: 'table' },
      h('caption.unseen', 'Triggers that KEDA asks about, with what they are answered'),
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...this.#headers.values())),
      this.#body,
    );
    this.#tools = h(
      'div.tools',
      h('div.chips', { role: 'group', 'aria-label': 'Show by state' }, ...this.#chips.values()),
      h(
        'div.search',
        h('label', { for: 'search' }, 'Find'),
        this.#search,
        h('span.sorting', h('label', { for: 'sort' }, 'Sort by'), this.#sort),
      ),
    );
    const { element: demo } = this.#demo;
    const table = h('div.scroll', this.#table);
    const parts = [demo, this.#tools, this.#shown, table, this.#message, this.#more];
    this.element = h('div.overview', h('h1', 'Triggers'), ...parts);
  }

  /** Whether there is a demo, whose time runs fast. */
  get isDemo(): boolean {
    return this.#demo.isShown;
  }

  /** Number of triggers. */
  get size(): number {
    return this.#triggers.length;
  }

  async refresh(): Promise<void> {
    const demo = this.#demo.read();
    const triggers: TriggerSummary[] = [];
    for (;;) {
      const list = await fetchJson<TriggerList>(
        `api/triggers?offset=${triggers.length}&limit=${PAGE_TRIGGERS}`,
      );
      triggers.push(...list!.triggers);
      this.#nowSeconds = epochSeconds(list!.time);
      // The list may shrink between two pages.
      if (triggers.length >= list!.total || list!.triggers.length === 0) break;
    }
    const demoState = await demo;
    this.#triggers = triggers;
    this.#hasLoaded = true;
    this.#render();
    if (demoState) this.#demo.show(demoState);
  }

  #header({ key, title, order, kind }: OverviewColumn): HTMLElement {
    const label = order
      ? button(() => this.#sortBy(key), title, h('span.order', { 'aria-hidden': 'true' }))
      : title;
    return h('th', { scope: 'col', role: 'columnheader', class: kind }, label);
  }

  #showMore(): void {
    this.#rowLimit += ROWS;
    this.#render();
  }

  #choose(status: TriggerStatus | 'all'): void {
    this.#status = status;
    this.#changed();
  }

  #sortBy(key: string): void {
    const column = COLUMNS.find((candidate) => candidate.key === key)!;
    // Numbers begin with the largest, names with A.
    this.#isDescending = column === this.#column ? !this.#isDescending : column.key !== 'name';
    this.#column = column;
    this.#changed();
  }

  /** Shows what the viewer has chosen, and keeps it in the address. */
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
      renew(chip, label, h('span.amount', count(amount)));
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
      const row = this.#rows.get(key) ?? new OverviewRow();
      this.#rows.set(key, row);
      row.show(summary, this.#nowSeconds);
      wanted.push(row.element);
    }
    // Rows in the right order stay in place, so that focus and selection stay.
    const present = this.#body.childNodes;
    if (present.length !== wanted.length || wanted.some((row, i) => present[i] !== row))
      this.#body.replaceChildren(...wanted);
    const hiddenRows = triggers.length - wanted.length;
    this.#more.hidden = hiddenRows === 0;
    renew(this.#more, `Show ${count(Math.min(ROWS, hiddenRows))} more of ${count(hiddenRows)}`);
  }

  #renderMessage(shown: number): void {
    const total = this.#triggers.length;
    const isFiltered = this.#search.value !== '' || this.#status !== 'all';
    this.#tools.hidden = this.#hasLoaded && total === 0;
    renew(this.#shown, isFiltered && total > 0 ? `${count(shown)} of ${count(total)} triggers` : '');
    this.#table.hidden = shown === 0;
    this.#message.hidden = shown > 0 || !this.#hasLoaded;
    if (total === 0) renew(this.#message, ...noTriggers());
    else if (shown === 0)
      renew(
        this.#message,
        paragraph`No trigger matches what you look for.`,
        button(() => this.#showAll(), 'Show all triggers'),
      );
  }

  #showAll(): void {
    this.#search.value = '';
    this.#choose('all');
  }
}

function noTriggers(): Node[] {
  return [
    h('p.strong', 'KEDA has not asked about any trigger yet.'),
    paragraph`A trigger appears here within seconds of its ScaledObject. If you have applied one, look at what KEDA says about it:`,
    h('pre', h('code', 'kubectl describe scaledobject NAME\nkubectl logs -n keda deploy/keda-operator')),
    paragraph`A ScaledObject reaches this scaler through a trigger of type “external” whose scalerAddress names its Service.`,
  ];
}
