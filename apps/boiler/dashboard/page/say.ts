import { byId } from '../../../../scaler/page-kit/dom.js';
import type { Words } from '../words.js';

const words = JSON.parse(byId('words').textContent!) as Words;

/** The page's language, as numbers and the screen reader take it. */
export const language = document.documentElement.lang;

/** A text in the page's language. @param values in place of the `{name}`s in it */
export function say(text: keyof Words, values: Readonly<Record<string, string | number>> = {}): string {
  return words[text].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}
