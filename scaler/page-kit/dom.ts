/** Content of an element. Strings become text, never markup. */
export type Child = Node | string | null | undefined;

/** Control and direction characters, half surrogate pairs and invisible separators, without line breaks and tabs. */
const UNSEEN = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text with its invisible characters as escapes: a query with a right-to-left override could otherwise look like
 * another one.
 *
 * @example visible('pod\u202e') // 'pod\\u202e'
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

/** Attributes by name. Those that are undefined or false are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

type Tag<Selector> = Selector extends `${infer Name}.${string}` ? Name : Selector;
type ElementOf<Selector> = HTMLElementTagNameMap[Tag<Selector> & keyof HTMLElementTagNameMap];

/**
 * Makes an element from a tag with classes, attributes and children.
 *
 * @example h('p.note', 'See ', h('a', { href: '#/' }, 'all triggers'))
 */
export function h<Selector extends string>(
  selector: Selector,
  ...content: readonly (Child | Attributes)[]
): ElementOf<Selector> {
  const [tag, ...classes] = selector.split('.');
  const made = document.createElement(tag!);
  if (classes.length > 0) made.className = classes.join(' ');
  for (const part of content)
    if (typeof part === 'string') made.append(visible(part));
    else if (part instanceof Node) made.append(part);
    else if (part) setAttributes(made, part);
  return made as ElementOf<Selector>;
}

/** The element with an id of the page. @throws Error when the page has none */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element "${id}"`);
  return found as E;
}

/** Makes a button. @param press called on a click */
export function button(press: () => void, ...content: readonly (Child | Attributes)[]): HTMLButtonElement {
  const made = h('button', { type: 'button' }, ...content);
  made.addEventListener('click', press);
  return made;
}

/**
 * A sentence with elements in it.
 *
 * @example sentence`The load is ${h('strong', '52')} now.`
 */
export function sentence(texts: TemplateStringsArray, ...parts: readonly Child[]): DocumentFragment {
  const made = document.createDocumentFragment();
  made.append(...shown(texts.flatMap((text, i) => [text, parts[i]])));
  return made;
}

/** A paragraph with elements in it, as in `sentence`. */
export function paragraph(texts: TemplateStringsArray, ...parts: readonly Child[]): HTMLParagraphElement {
  return h('p', sentence(texts, ...parts));
}

/** A less prominent paragraph. */
export function note(texts: TemplateStringsArray, ...parts: readonly Child[]): HTMLParagraphElement {
  return h('p.note', sentence(texts, ...parts));
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

/** Replaces the children of an element, unless they look the same: then focus and selection in them survive. */
export function renew(target: Element, ...children: readonly Child[]): void {
  const wanted = target.cloneNode() as Element;
  wanted.append(...shown(children));
  wanted.normalize();
  if (!wanted.isEqualNode(target)) target.replaceChildren(...wanted.childNodes);
}

function shown(children: readonly Child[]): (Node | string)[] {
  return children
    .filter((child) => child !== null && child !== undefined)
    .map((child) => (typeof child === 'string' ? visible(child) : child));
}

function setAttributes(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    target.setAttribute(name, value === true ? '' : String(value));
  }
}
