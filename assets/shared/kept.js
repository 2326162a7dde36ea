// @ts-check

/**
 * A value that outlives the page, as JSON in the browser. Where the browser keeps nothing, as in some private windows,
 * it lives as long as the page.
 * @template Value
 */
export class Kept {
  /** @type {?Value} */
  #memory = null;
  /** @type {?Storage} */
  #store;
  #key;

  /**
   * @param {"localStorage" | "sessionStorage"} area
   * @param {string} key
   */
  constructor(area, key) {
    this.#key = key;
    try {
      this.#store = window[area];
    } catch {
      this.#store = null;
    }
  }

  /** @returns {?Value} */
  get value() {
    try {
      return JSON.parse(this.#store?.getItem(this.#key) ?? "null") ?? this.#memory;
    } catch {
      return this.#memory;
    }
  }

  set value(value) {
    this.#memory = value;
    try {
      if (value === null) this.#store?.removeItem(this.#key);
      else this.#store?.setItem(this.#key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the memory of this page has it.
    }
  }
}
