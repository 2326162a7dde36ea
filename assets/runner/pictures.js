// @ts-check

import { element } from "../shared/dom.js";
import { drawnShape, shapeIn } from "./shapes.js";
import { backOff } from "./waiting.js";

/**
 * @typedef {import("./types.js").Trial} Trial
 * @typedef {import("./messages.js").Messages} Messages
 */

/**
 * What a trial shows, from left to right.
 * @param {Trial} trial
 */
const stimuliOf = ({ stimulus, second }) => (second ? [stimulus, second] : [stimulus]);

/** Pictures of one batch, loaded and decoded before they are needed. */
export class Pictures {
  /** @param {{sleep: (ms: number) => Promise<void>, onMissing: () => void, messages: Messages}} options */
  constructor({ sleep, onMissing, messages }) {
    this.sleep = sleep;
    this.onMissing = onMissing;
    this.messages = messages;
    /** @type {Map<string, HTMLImageElement>} */
    this.images = new Map();
  }

  /**
   * Load the pictures of these trials and forget all others.
   * @param {Trial[]} trials
   * @param {(number: number, total: number) => void} onProgress
   */
  async load(trials, onProgress) {
    const wanted = new Set(trials.flatMap(stimuliOf).filter((stimulus) => !shapeIn(stimulus)));
    this.images = new Map([...this.images].filter(([url]) => wanted.has(url)));
    let here = this.images.size;
    onProgress(here, wanted.size);
    /** @param {string} url */
    const fetched = async (url) => {
      this.images.set(url, await this.#decoded(url));
      here += 1;
      onProgress(here, wanted.size);
    };
    await Promise.all([...wanted].filter((url) => !this.images.has(url)).map(fetched));
  }

  /** @param {string} url */
  async #decoded(url) {
    for (let attempt = 0; ; attempt += 1) {
      // Decoded in step with the page: a frame with the picture is never drawn without it.
      const image = element("img", { alt: this.messages.picture, decoding: "sync", draggable: "false" });
      image.src = url;
      try {
        await image.decode();
        return image;
      } catch {
        this.onMissing();
        await this.sleep(backOff(attempt));
      }
    }
  }

  /**
   * Copies of pictures at these addresses, decoded.
   * @param {string[]} urls
   */
  async copies(urls) {
    const images = await Promise.all(urls.map((url) => this.images.get(url) ?? this.#decoded(url)));
    return Promise.all(images.map((image) => copied(image)));
  }

  /**
   * The elements that show a trial's picture or its two, decoded anew where the browser has thrown the pixels away.
   * @param {Trial} trial
   */
  async of(trial) {
    return Promise.all(stimuliOf(trial).map((stimulus) => this.#elementOf(stimulus)));
  }

  /** @param {string} stimulus */
  async #elementOf(stimulus) {
    const shape = shapeIn(stimulus);
    if (shape) return drawnShape(shape, this.messages[shape]);
    const image = this.images.get(stimulus);
    if (!image) throw new Error(`The picture ${stimulus} was not loaded.`);
    await image.decode();
    return image;
  }
}

/** @param {HTMLImageElement} image */
async function copied(image) {
  const copy = element("img", { alt: "", decoding: "sync", draggable: "false" });
  copy.src = image.src;
  await copy.decode();
  return copy;
}
