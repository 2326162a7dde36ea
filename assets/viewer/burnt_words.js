// @ts-check

import { found, foundAll } from "../shared/dom.js";

let chosen = false; // stays while the page does, however often the viewer is drawn anew

/** The words that lie in the pictures where the person wants them: a screenshot keeps what no caption can. */
export class BurntWords {
  #strips;

  /** @param {ParentNode} root */
  constructor(root) {
    this.#strips = foundAll(root, ".burnt", HTMLElement);
    const box = found(root, ".burning input", HTMLInputElement);
    box.checked = chosen;
    box.addEventListener("change", () => {
      chosen = box.checked;
      this.#show();
    });
    this.#show();
  }

  /**
   * Say `words` in every altered picture.
   * @param {string} words
   */
  say(words) {
    for (const strip of this.#strips) strip.textContent = words;
  }

  #show() {
    for (const strip of this.#strips) strip.hidden = !chosen;
  }
}
