/** Something that can stand inside an element. Strings become text, never markup. */
export type Child = Node | string | null | undefined;

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
  made.append(...children.filter((child) => child !== null && child !== undefined));
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
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Fills an element anew when what it shows has changed, and leaves it alone otherwise.
 *
 * @param data what it shows; compared as JSON.
 */
export function refill(target: Element, data: unknown, make: () => readonly Child[]): void {
  const shown = JSON.stringify(data);
  if (shownIn.get(target) === shown) return;
  shownIn.set(target, shown);
  target.replaceChildren(...make().filter((child) => child !== null && child !== undefined));
}

const shownIn = new WeakMap<Element, string>();

function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    target.setAttribute(name, value === true ? '' : String(value));
  }
}
