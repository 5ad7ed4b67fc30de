import { h, renew } from './dom.js';

/** An entry of a legend. */
export interface LegendEntry {
  readonly key: string;
  readonly label: string;
  /** Meaning of the line, as a tooltip. */
  readonly hint?: string;
  /** Whether it is shown at first. @default true */
  readonly isOn?: boolean;
  /** Name of its color in the style sheet. @default that of the line */
  readonly color?: string;
  /** Symbol of the line. @default a solid line, or a dashed one for a dashed line */
  readonly swatch?: 'area' | 'dashed' | 'dotted' | 'dot';
  /** Names of the lines whose values it shows. @default the key */
  readonly valuesOf?: readonly string[];
}

/** The legend of a chart: a button for each line that shows and hides it, with its value under the pointer. */
export class LineLegend {
  readonly element = h('div.legend', { role: 'group', 'aria-label': 'Lines of the chart' });
  readonly #buttons = new Map<string, { button: HTMLButtonElement; value: HTMLElement }>();

  constructor(
    entries: readonly LegendEntry[],
    readonly onToggle: (key: string, isOn: boolean) => void,
  ) {
    for (const { key, label, hint, color = key, swatch = '', isOn = true } of entries) {
      const value = h('span.value');
      const mark = h('span', { class: `swatch ${swatch}`, 'aria-hidden': 'true' });
      mark.style.color = `var(--${color})`;
      const attributes = { type: 'button', title: hint, 'aria-pressed': String(isOn) };
      const button = h('button', attributes, mark, label, value);
      button.addEventListener('click', () => {
        const turnsOn = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', String(turnsOn));
        onToggle(key, turnsOn);
      });
      this.#buttons.set(key, { button, value });
      this.element.append(button);
    }
  }

  isOn(key: string): boolean {
    return this.#buttons.get(key)?.button.getAttribute('aria-pressed') === 'true';
  }

  /** Shows only the entries with these keys. */
  offer(keys: ReadonlySet<string>): void {
    for (const [key, { button }] of this.#buttons) button.hidden = !keys.has(key);
  }

  /** Shows a line's value under the pointer; an empty text when there is none. */
  showValue(key: string, text: string): void {
    const entry = this.#buttons.get(key);
    if (entry) renew(entry.value, text);
  }
}
