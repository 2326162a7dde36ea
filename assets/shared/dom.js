// @ts-check

/**
 * Make an element; what is given as `text` is never read as markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{text?: string} & Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

/**
 * The first element within `root` that `selector` finds.
 * @template {Element} Kind
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} kind
 * @throws {Error} There is none of this kind.
 */
export function found(root, selector, kind) {
  const element = root.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`The page lacks ${selector}.`);
  return element;
}

/**
 * All elements of a kind within `root` that `selector` finds.
 * @template {Element} Kind
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} kind
 */
export function foundAll(root, selector, kind) {
  /** @type {Kind[]} */
  const all = [];
  for (const element of root.querySelectorAll(selector)) if (element instanceof kind) all.push(element);
  return all;
}

/**
 * The surface on which a canvas is drawn.
 * @param {HTMLCanvasElement} canvas
 */
export function surfaceOf(canvas) {
  const surface = canvas.getContext("2d");
  if (!surface) throw new Error("This browser draws no pictures.");
  return surface;
}
