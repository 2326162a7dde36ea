// @ts-check
//
// A stored pair under the person's hand. Its pictures lie below one another in one file, from the original to the
// largest change; between two of them the slider blends. The server is told only where a person let the slider go, so
// that a click opens the picture there.

import { found, foundAll } from "../shared/dom.js";

/**
 * @typedef {{step: number, epsilon: number, grey_levels: number, choice: string}} Change
 *   one picture of the strip (lwise_core/data/gallery.py)
 * @typedef {{key: string, title: string, towards: string, remark: string, start: number, open: boolean,
 *   changes: Change[]}} Data
 *   what the page sends (pages/parts/studio/stored_pair.py); `start` is the slider's first position, in percent
 * @typedef {import("../shared/component.js").Call<Data>} Call
 */

/**
 * Where a position of the slider lies among the pictures: after which one, and how far towards the next.
 * @param {number} percent 0 to 100
 * @param {number} pictures
 * @returns {{from: number, share: number}}
 */
export function placed(percent, pictures) {
  const position = (Math.min(100, Math.max(0, percent)) / 100) * (pictures - 1);
  const from = Math.min(Math.floor(position), pictures - 2);
  return { from, share: position - from };
}

/**
 * The position on the whole path that is nearest to a position of the slider: the slider of the Studio has those only.
 * @param {Change[]} changes
 * @param {number} percent
 */
export function stepAt(changes, percent) {
  const { from, share } = placed(percent, changes.length);
  return Math.round(between(changes[from].step, changes[from + 1].step, share));
}

/**
 * What lies between two figures.
 * @param {number} from
 * @param {number} to
 * @param {number} share
 */
export const between = (from, to, share) => from + (to - from) * share;

/**
 * The sentence beside the slider. The choice is that of the nearest picture: between two nobody has asked the guide.
 * @param {Pick<Data, "changes" | "remark">} data
 * @param {number} percent
 */
export function wordsAt({ changes, remark }, percent) {
  const { from } = placed(percent, changes.length);
  const [before, after] = [changes[from], changes[from + 1]];
  const step = stepAt(changes, percent);
  const share = (step - before.step) / (after.step - before.step);
  const epsilon = between(before.epsilon, after.epsilon, share);
  const levels = between(before.grey_levels, after.grey_levels, share);
  const about = share > 0 && share < 1 ? "about " : "";
  const { choice } = share < 0.5 ? before : after;
  return `ε ${epsilon.toFixed(2)} (${about}${levels.toFixed(1)} grey levels). The guide says: ${choice}. ${remark}`;
}

/** @param {string} key */
const filmOf = (key) => new URL(`./films/${encodeURIComponent(key)}.webp`, import.meta.url).href;

export class Pair {
  /** @type {?Data} */
  #data = null;
  /** @type {?Call["setTriggerValue"]} */
  #say = null;

  /** @param {ParentNode} root */
  constructor(root) {
    this.section = found(root, ".pair", HTMLElement);
    this.original = found(root, ".window.original", HTMLElement);
    this.altered = found(root, ".altered", HTMLElement);
    this.window = found(root, ".altered .window", HTMLElement);
    this.images = foundAll(root, "img", HTMLImageElement);
    this.from = found(root, ".altered .from", HTMLImageElement);
    this.to = found(root, ".altered .to", HTMLImageElement);
    this.slider = found(root, ".epsilon", HTMLInputElement);
    this.words = found(root, ".words", HTMLOutputElement);
    this.slider.addEventListener("input", () => this.#draw());
    this.slider.addEventListener("change", () => this.#tell());
  }

  /** @param {Call} call */
  update({ data, setTriggerValue }) {
    this.#say = setTriggerValue;
    const isOther = this.#data?.key !== data.key;
    const opens = data.open && !this.#data?.open;
    this.#data = data;
    if (isOther) this.#show(data);
    if (isOther || opens) this.slider.value = String(data.start);
    for (const part of [this.altered, this.slider, this.words]) part.hidden = !data.open;
    this.section.classList.toggle("closed", !data.open);
    this.#draw();
  }

  close() {}

  /** @param {Data} data */
  #show({ key, title, towards }) {
    for (const image of this.images) image.src = filmOf(key);
    this.original.setAttribute("aria-label", `${title}, original`);
    this.window.setAttribute("aria-label", `${title}, AI-altered towards ${towards}`);
    this.slider.setAttribute("aria-label", `ε: how much of “${title}” may change`);
  }

  /** Tell the page at which position the slider was let go. */
  #tell() {
    if (this.#data) this.#say?.("step", stepAt(this.#data.changes, this.slider.valueAsNumber));
  }

  #draw() {
    if (!this.#data) return;
    const { from, share } = placed(this.slider.valueAsNumber, this.#data.changes.length);
    this.from.style.top = `${-100 * from}%`;
    this.to.style.top = `${-100 * (from + 1)}%`;
    this.to.style.opacity = String(share);
    this.words.value = wordsAt(this.#data, this.slider.valueAsNumber);
    this.slider.setAttribute("aria-valuetext", this.words.value);
  }
}
