/** Something that can stand inside an element. Strings become text, never markup. */
export type Child = Node | string | null | undefined;

/** Control and direction characters, half surrogate pairs and separators that no eye sees; lines and tabs are none. */
const UNSEEN = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text with what cannot be seen spelt out, so that it reads as it is: a query or a name with a right-to-left override
 * could otherwise show something else than what is run.
 *
 * @example visible('pod\u202e') // 'pod\\u202e'
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Makes an element. Attributes that are undefined or false are left out.
 *
 * @example element('a', { href: '#/' }, 'Overview')
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  setAttributes(made, attributes);
  made.append(...shown(children));
  return made;
}

/** Makes an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Element[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/** Sets an element's text, and touches nothing when it is there already, so that selections survive. */
export function setText(target: Element, text: string): void {
  const wanted = visible(text);
  if (target.textContent !== wanted) target.textContent = wanted;
}

/**
 * Fills an element anew when what it shows has changed, and leaves it alone otherwise.
 *
 * @param data what it shows; compared as JSON.
 */
export function refill(target: Element, data: unknown, make: () => readonly Child[]): void {
  const told = JSON.stringify(data);
  if (shownIn.get(target) === told) return;
  shownIn.set(target, told);
  target.replaceChildren(...shown(make()));
}

function shown(children: readonly Child[]): (Node | string)[] {
  return children
    .filter((child) => child !== null && child !== undefined)
    .map((child) => (typeof child === 'string' ? visible(child) : child));
}

const shownIn = new WeakMap<Element, string>();

function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    target.setAttribute(name, value === true ? '' : String(value));
  }
}
