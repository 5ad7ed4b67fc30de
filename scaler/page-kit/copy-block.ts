import { h, renew } from './dom.js';

/** A text to paste elsewhere, with a button that copies it. */
export class CopyBlock {
  readonly element: HTMLElement;
  readonly #code = h('code');

  constructor(title: string) {
    const button = h('button.quiet', { type: 'button', 'aria-label': `Copy: ${title}` }, 'Copy');
    copyButton(button, this.#code);
    this.element = h(
      'div.copy.stack',
      h('div.copy-head', h('h3', title), button),
      h('pre', { tabindex: 0, 'aria-label': title }, this.#code),
    );
  }

  show(text: string): void {
    renew(this.#code, text);
  }
}

/** Makes a button copy a text, or select it where the page may not use the clipboard (plain HTTP, files). */
export function copyButton(button: HTMLElement, source: Element): void {
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.textContent ?? '');
      button.textContent = 'Copied';
    } catch {
      getSelection()?.selectAllChildren(source);
      button.textContent = 'Selected: press Ctrl+C';
    }
    setTimeout(() => renew(button, 'Copy'), 2500);
  });
}
