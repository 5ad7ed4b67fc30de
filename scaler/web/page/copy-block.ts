import { element, setText } from './dom.js';

/** A text to paste elsewhere, with a button that copies it. */
export class CopyBlock {
  readonly element: HTMLElement;
  readonly #code = element('code', {});

  constructor(title: string) {
    const button = element('button', { type: 'button', class: 'quiet' }, 'Copy');
    button.setAttribute('aria-label', `Copy: ${title}`);
    button.addEventListener('click', () => void this.#copy(button));
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

  async #copy(button: HTMLButtonElement): Promise<void> {
    const isCopied = await write(this.#code.textContent ?? '');
    if (!isCopied) getSelection()?.selectAllChildren(this.#code);
    button.textContent = isCopied ? 'Copied' : 'Selected: press Ctrl+C';
    setTimeout(() => setText(button, 'Copy'), 2500);
  }
}

/** Browsers keep the clipboard from pages that came over plain http from elsewhere than this machine. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
