// @ts-check
//
// The square on the photograph. All arithmetic is in photograph pixels; the screen only gets percentages.
// shared/revisions.js says whose square counts: the server's or the person's.

import { found } from "../shared/dom.js";
import { isShortcut, onDrag, shareOf } from "../shared/pointer.js";
import { Revisions } from "../shared/revisions.js";
import { fitted, isSame, moved, pulled, stepped } from "./square.js";

/**
 * @typedef {import("./square.js").Square} Square
 * @typedef {import("./square.js").Corner} Corner
 * @typedef {Square & import("./square.js").Photograph & {preview: string, revision: number}} Data
 *   what the page sends (pages/parts/picture/cropper.py); `preview` is the photograph as a data URL
 * @typedef {import("../shared/component.js").Call<Data>} Call
 * @typedef {{corner: ?Corner, from: Square, clientX: number, clientY: number}} Gesture
 */

const TINY_ON_SCREEN = 72; // px below which the handles move outside

/**
 * @param {number} part
 * @param {number} whole
 */
const percent = (part, whole) => `${(100 * part) / whole}%`;

export class Cropper {
  /** @type {?Gesture} */
  #gesture = null;
  /** @type {Data} */
  #server = { preview: "", width: 1, height: 1, smallest: 1, left: 0, top: 0, side: 1, revision: 0 };
  /** @type {?Square} */
  #crop = null;
  /** @type {Call["setTriggerValue"]} */
  #tell = () => {};
  #revisions = new Revisions(() => this.#send());

  /** @param {ParentNode} root */
  constructor(root) {
    this.stage = found(root, ".stage", HTMLElement);
    this.picture = found(root, "img", HTMLImageElement);
    this.square = found(root, ".square", HTMLElement);
    onDrag(this.square, {
      start: (event) => this.#take(event),
      move: (event) => this.#drag(event),
      end: () => this.#letGo(),
    });
    this.square.addEventListener("keydown", (event) => this.#press(event));
    this.square.addEventListener("blur", () => this.#revisions.settle());
    this.stage.addEventListener("click", (event) => this.#centreOn(event));
    this.resized = new ResizeObserver(() => this.#draw());
    this.resized.observe(this.stage);
  }

  /**
   * Take what the server says: the picture always, the square unless the person is ahead of it.
   * @param {Call} call
   */
  update({ data, setTriggerValue }) {
    this.#tell = setTriggerValue;
    this.#server = data;
    this.#revisions.hear(data.revision);
    if (this.picture.getAttribute("src") !== data.preview) this.picture.src = data.preview;
    this.stage.style.aspectRatio = `${data.width} / ${data.height}`;
    this.stage.style.maxWidth = `min(100%, ${(70 * data.width) / data.height}vh)`;
    this.#adopt();
  }

  close() {
    this.#revisions.close();
    this.resized.disconnect();
  }

  #adopt() {
    if (this.#revisions.ahead) return;
    const { left, top, side } = this.#server;
    this.#show({ left, top, side });
  }

  /** @param {Square} crop */
  #show(crop) {
    this.#crop = crop;
    this.#draw();
  }

  #draw() {
    if (!this.#crop) return;
    const { width, height, smallest } = this.#server;
    const { left, top, side } = this.#crop;
    Object.assign(this.square.style, {
      left: percent(left, width),
      top: percent(top, height),
      width: percent(side, width),
      height: percent(side, height),
    });
    const longest = Math.min(width, height);
    const onScreen = (side / width) * this.stage.clientWidth;
    this.square.classList.toggle("tiny", onScreen < TINY_ON_SCREEN);
    const said = {
      "aria-valuemin": Math.min(smallest, longest),
      "aria-valuemax": longest,
      "aria-valuenow": side,
      "aria-valuetext": `${side} pixels wide, ${left} from the left and ${top} from the top, of ${width} by ${height}`,
    };
    for (const [name, value] of Object.entries(said)) this.square.setAttribute(name, String(value));
  }

  /** Photograph pixels for a pixel of the screen. */
  get #perPixel() {
    return this.#server.width / this.stage.clientWidth;
  }

  /** @param {PointerEvent} event */
  #take({ target, clientX, clientY }) {
    if (!this.#crop) return;
    const { x, y } = target instanceof HTMLElement ? target.dataset : {};
    const corner = x && y ? { x: Number(x), y: Number(y) } : null;
    this.#gesture = { corner, from: this.#crop, clientX, clientY };
    this.#revisions.held = true;
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (!this.#gesture) return;
    const { corner, from, clientX, clientY } = this.#gesture;
    const by = { dx: (event.clientX - clientX) * this.#perPixel, dy: (event.clientY - clientY) * this.#perPixel };
    this.#show(corner ? pulled(from, corner, by, this.#server) : moved(from, by, this.#server));
  }

  #letGo() {
    if (!this.#gesture || !this.#crop) return;
    const { from } = this.#gesture;
    this.#gesture = null;
    this.#revisions.held = false;
    if (isSame(from, this.#crop)) this.#adopt();
    else this.#send();
  }

  /**
   * A tap outside the square brings it there: the only way to reach a tiny square with a finger.
   * @param {MouseEvent} event
   */
  #centreOn(event) {
    if (!this.#crop || (event.target instanceof Element && event.target.closest(".square"))) return;
    const { x, y } = shareOf(event, this.stage);
    const { width, height } = this.#server;
    const { side } = this.#crop;
    const centred = fitted({ left: x * width - side / 2, top: y * height - side / 2, side }, this.#server);
    if (isSame(centred, this.#crop)) return;
    this.#show(centred);
    this.#send();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (isShortcut(event) || this.#gesture || !this.#crop) return;
    const next = stepped(this.#crop, event, this.#server);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    if (isSame(next, this.#crop)) return;
    this.#show(next);
    this.#revisions.postpone();
  }

  #send() {
    this.#tell("crop", { ...this.#crop, revision: this.#revisions.next() });
  }
}
