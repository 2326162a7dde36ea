// @ts-check
//
// A region painted on what the guide sees: with a brush, or piece by piece; by hand or by keyboard. The mask has the
// guide's own pixels. shared/revisions.js says whose mask counts: the server's or the person's.

import { found, foundAll, surfaceOf } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { isShortcut, onDrag, shareOf } from "../shared/pointer.js";
import { Revisions } from "../shared/revisions.js";
import { brushed, bytesOf, packed, stepped, unpackedMask, withPiece } from "./mask.js";

/**
 * @typedef {import("./mask.js").Cell} Cell
 * @typedef {"brush" | "piece" | "erase"} Tool
 * @typedef {{picture: string, side: number, pieces: string, mask: string, revision: number}} Data
 *   what the page sends (pages/parts/picture/region_painter.py); `picture` is a data URL
 * @typedef {import("../shared/component.js").Call<Data>} Call
 */

const FREE = [213, 94, 0, 120]; // red, green, blue, opacity of what may change
const EDGE = [255, 255, 255, 130]; // of the borders between pieces

export class RegionPainter {
  /** @type {?Data} */
  #data = null;
  #mask = new Uint8Array(0);
  #pieces = new Uint16Array(0);
  /** @type {Cell} */
  #cell = { x: 0, y: 0 };
  /** @type {0 | 1} what the stroke that is drawn sets pixels to */
  #value = 1;
  /** @type {Call["setTriggerValue"]} */
  #tell = () => {};
  #revisions = new Revisions(() => this.#send());

  /** @param {ParentNode} root */
  constructor(root) {
    this.stage = found(root, ".stage", HTMLElement);
    this.picture = found(root, "img", HTMLImageElement);
    this.canvas = found(root, "canvas", HTMLCanvasElement);
    this.cursor = found(root, ".cursor", HTMLElement);
    this.size = found(root, ".size", HTMLInputElement);
    this.status = found(root, "[role=status]", HTMLElement);
    this.tools = foundAll(root, "[name=tool]", HTMLInputElement);
    found(root, ".clear", HTMLButtonElement).addEventListener("click", () => this.#clear());
    for (const tool of this.tools) tool.addEventListener("change", () => this.#draw());
    onDrag(this.stage, {
      start: (event) => this.#begin(event),
      move: (event) => this.#go(this.#cellAt(event)),
      end: () => this.#end(),
    });
    this.stage.addEventListener("keydown", (event) => this.#press(event));
    this.stage.addEventListener("blur", () => this.#revisions.settle());
  }

  /**
   * Take what the server says: the picture always, the mask unless the person is ahead of it.
   * @param {Call} call
   */
  update({ data, setTriggerValue }) {
    this.#tell = setTriggerValue;
    const isNew = this.#data?.picture !== data.picture;
    this.#data = data;
    this.#revisions.hear(data.revision);
    this.#pieces = new Uint16Array(bytesOf(data.pieces).buffer);
    if (isNew) {
      this.picture.src = data.picture;
      Object.assign(this.canvas, { width: data.side, height: data.side });
      this.#cell = { x: data.side >> 1, y: data.side >> 1 };
    }
    if (!this.#revisions.ahead) this.#mask = unpackedMask(data.mask, data.side ** 2);
    this.#draw();
  }

  close() {
    this.#revisions.close();
  }

  /** @returns {Tool} */
  get tool() {
    return /** @type {Tool} */ (this.tools.find((one) => one.checked)?.value ?? "brush");
  }

  get #side() {
    return this.#data?.side ?? 1;
  }

  /** @param {PointerEvent} event */
  #cellAt(event) {
    const { x, y } = shareOf(event, this.stage);
    const last = this.#side - 1;
    return { x: clamp(Math.floor(x * this.#side), 0, last), y: clamp(Math.floor(y * this.#side), 0, last) };
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    this.#revisions.held = true;
    this.#cell = this.#cellAt(event);
    this.#choose();
    this.#apply();
  }

  /**
   * Paint from where the hand was to where it is, leaving no gap however fast it moves.
   * @param {Cell} to
   */
  #go(to) {
    const from = this.#cell;
    const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    for (let i = 1; i <= steps; i++) {
      const part = i / steps;
      this.#cell = {
        x: Math.round(from.x + part * (to.x - from.x)),
        y: Math.round(from.y + part * (to.y - from.y)),
      };
      this.#apply();
    }
  }

  #end() {
    this.#revisions.held = false;
    this.#send();
  }

  /** Choose what a stroke does from where it begins: a piece that is free already is taken back. */
  #choose() {
    const free = this.#mask[this.#index] === 1;
    this.#value = this.tool === "erase" || (this.tool === "piece" && free) ? 0 : 1;
  }

  get #index() {
    return this.#cell.y * this.#side + this.#cell.x;
  }

  #apply() {
    const radius = Number(this.size.value) / 2;
    this.#mask =
      this.tool === "piece"
        ? withPiece(this.#mask, this.#pieces, this.#index, this.#value)
        : brushed(this.#mask, this.#side, this.#cell, { radius, value: this.#value });
    this.#draw();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (isShortcut(event)) return;
    const next = stepped(this.#cell, event, this.#side);
    const paints = event.key === " " || event.key === "Enter";
    if (!next && !paints) return;
    event.preventDefault();
    event.stopPropagation();
    if (next) this.#cell = next;
    if (paints) {
      this.#choose();
      this.#apply();
      this.#revisions.postpone();
    } else this.#draw();
  }

  #clear() {
    this.#mask = new Uint8Array(this.#side ** 2);
    this.#draw();
    this.#send();
  }

  #draw() {
    const side = this.#side;
    const image = new ImageData(side, side);
    for (let i = 0; i < this.#mask.length; i++) {
      if (this.#mask[i]) image.data.set(FREE, 4 * i);
      else if (this.tool === "piece" && this.#isEdge(i)) image.data.set(EDGE, 4 * i);
    }
    surfaceOf(this.canvas).putImageData(image, 0, 0);
    const percent = (/** @type {number} */ cells) => `${(100 * cells) / side}%`;
    const { x, y } = this.#cell;
    const wide = this.tool === "piece" ? 1 : Number(this.size.value);
    Object.assign(this.cursor.style, { left: percent(x + 0.5), top: percent(y + 0.5), width: percent(wide) });
    const free = this.#mask.reduce((sum, one) => sum + one, 0) / side ** 2;
    const here = this.#mask[this.#index] ? "may change" : "stays";
    this.status.textContent = `${(100 * free).toFixed(0)}% may change. Column ${x}, row ${y}: ${here}.`;
  }

  /** @param {number} i */
  #isEdge(i) {
    const side = this.#side;
    const right = (i + 1) % side !== 0 && this.#pieces[i] !== this.#pieces[i + 1];
    return right || (i + side < this.#pieces.length && this.#pieces[i] !== this.#pieces[i + side]);
  }

  #send() {
    this.#tell("mask", { mask: packed(this.#mask), revision: this.#revisions.next() });
  }
}
