// @ts-check
//
// The layer over the altered picture: a map that the page sends, one for every position of the slider or one for all, or
// the map of changes that the composer makes. How much of it shows is the person's choice.

import { found, surfaceOf } from "../shared/dom.js";

/**
 * @typedef {{name: string, caption: string, count: number, png: ?string}} SentLayer
 *   `png` holds `count` maps below one another, in base64; null: the map of changes
 */

/**
 * Which of the maps belongs to a position: its own, or the only one.
 * @param {number} position
 * @param {number} count
 */
export const mapAt = (position, count) => Math.min(position, count - 1);

/** @param {string} base64 */
function picture(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: "image/png" }));
}

export class Layer {
  /** @type {?SentLayer} */
  #sent = null;
  /** @type {?ImageBitmap} */
  #maps = null;

  /** @param {ParentNode} root */
  constructor(root) {
    this.canvas = found(root, "canvas.layer", HTMLCanvasElement);
    this.control = found(root, ".opacity-control", HTMLElement);
    this.slider = found(root, ".opacity", HTMLInputElement);
    this.output = found(root, ".opacity-control output", HTMLElement);
    this.words = found(root, ".layer-words", HTMLElement);
    this.slider.addEventListener("input", () => this.#fade());
    this.#fade();
  }

  /** Whether it is the composer's map of changes. */
  get isChange() {
    return this.#sent !== null && this.#sent.png === null;
  }

  /**
   * Take what the page sends; null: nothing lies over the picture.
   * @param {?SentLayer} sent
   */
  async take(sent) {
    if (sent?.png && sent.png !== this.#sent?.png) this.#maps = await picture(sent.png);
    this.#sent = sent;
    this.canvas.hidden = sent === null;
    this.control.hidden = sent === null;
    this.words.textContent = sent ? sent.caption : "";
    this.canvas.setAttribute("aria-label", sent ? `Over the picture: ${sent.name}. ${sent.caption}` : "");
  }

  /**
   * Draw the map of a position.
   * @param {number} position
   * @param {ImageData} change the composer's map
   */
  draw(position, change) {
    if (!this.#sent) return;
    if (this.isChange) {
      this.#size(change.width, change.height);
      surfaceOf(this.canvas).putImageData(change, 0, 0);
    } else if (this.#maps) {
      const { count } = this.#sent;
      const { width } = this.#maps;
      const height = this.#maps.height / count;
      this.#size(width, height);
      const surface = surfaceOf(this.canvas);
      surface.clearRect(0, 0, width, height);
      surface.drawImage(this.#maps, 0, mapAt(position, count) * height, width, height, 0, 0, width, height);
    }
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #size(width, height) {
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
  }

  #fade() {
    const share = Number(this.slider.value);
    this.canvas.style.opacity = String(share / 100);
    this.output.textContent = `${share}%`;
    this.slider.setAttribute("aria-valuetext", `${share}%`);
  }
}
