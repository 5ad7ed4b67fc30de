import { element, setText } from './dom.js';

/** A text to paste elsewhere, with a button that copies it. */
export class CopyBlock {
  readonly element: HTMLElement;
  readonly #code = element('code', {});

  constructor(title: string) {
    const button = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': `Copy: ${title}` },
      'Copy',
    );
    copyButton(button, this.#code);
    this.element = element(
      'div',
      { class: 'copy' },
      element('div', { class: 'copy-head' }, element('h3', {}, title), button),
      element('pre', { tabindex: 0, 'aria-label': title }, this.#code),
    );
  }

  show(text: string): void {
    setText(this.#code, text);
  }
}

/** Makes a button copy a text, or select it where the browser keeps the clipboard from the page (plain HTTP, files). */
export function copyButton(button: HTMLButtonElement, source: Element): void {
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.textContent ?? '');
      button.textContent = 'Copied';
    } catch {
      getSelection()?.selectAllChildren(source);
      button.textContent = 'Selected: press Ctrl+C';
    }
    setTimeout(() => setText(button, 'Copy'), 2500);
  });
}
