// @ts-check

import { Camera, CENTRE } from "./camera.js";
import { found, foundAll } from "./dom.js";
import { clamp } from "./numbers.js";
import { isShortcut, shareOf } from "./pointer.js";

/** @typedef {import("./camera.js").Point} Point */

const ZOOM_STEP = 1.5;
const PAN_STEP = 0.1;
const PIXELS_FROM = 5; // screen pixels a picture's pixel covers when its edges are drawn sharp
const LINE_PX = 16; // of a wheel that counts in lines

/** Zoom, pan and the pixel that is pointed at, by mouse, fingers and keyboard, the same for all panels. */
export class Lens {
  /** @type {?Point} where a pixel is read */
  reading = null;
  /** @type {?{side: number, atGuideSize: boolean}} the picture that is shown */
  picture = null;
  /** @type {Map<number, Point>} pointers that are down */
  #pointers = new Map();
  #camera;
  #frame;
  #windows;
  #zoom;
  #onLook;
  #onTurn;

  /**
   * @param {ParentNode} root holds a `.lens`, and in it `.window`s, a `.zoom` and buttons that `data-zoom`
   * @param {() => void} onLook called when another pixel, or none, is pointed at
   * @param {{camera: Camera, onTurn: () => void}} [shared] a view that others have too, and what aims all of them
   */
  constructor(root, onLook, shared) {
    this.#camera = shared?.camera ?? new Camera();
    this.#onTurn = shared?.onTurn ?? (() => this.aim());
    this.#frame = found(root, ".lens", HTMLElement);
    this.#windows = foundAll(root, ".window", HTMLElement);
    this.#zoom = found(root, ".zoom", HTMLElement);
    this.#onLook = onLook;
    for (const window of this.#windows) this.#listen(window);
    for (const button of foundAll(root, "[data-zoom]", HTMLElement)) {
      button.addEventListener("click", () => this.#zoomBy(button.dataset.zoom));
    }
  }

  /** @param {HTMLElement} window */
  #listen(window) {
    window.addEventListener("wheel", (event) => this.#wheel(event, window), { passive: false });
    window.addEventListener("pointerdown", (event) => this.#grasp(event, window));
    window.addEventListener("pointermove", (event) => this.#move(event, window));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
      window.addEventListener(end, (event) => this.#release(event, window));
    }
    window.addEventListener("pointerleave", () => this.#look(null));
    window.addEventListener("keydown", (event) => this.#press(event, window));
    window.addEventListener("blur", () => {
      window.classList.remove("reading");
      this.#look(null);
    });
  }

  /** What of the picture is pointed at, as shares of its width; null where nothing is. */
  get seen() {
    return this.reading && this.#camera.seenAt(this.reading);
  }

  /** Bring the view onto the screen. */
  aim() {
    const camera = this.#camera;
    const frame = this.#frame;
    frame.style.setProperty("--zoom", String(camera.zoom));
    frame.style.setProperty("--pan-x", `${100 * camera.x}%`);
    frame.style.setProperty("--pan-y", `${100 * camera.y}%`);
    frame.classList.toggle("zoomed", camera.zoom > 1);
    this.#zoom.textContent = `${camera.zoom.toFixed(1).replace(".0", "")}×`;
    if (!this.picture) return;
    const { side, atGuideSize } = this.picture;
    const shown = this.#windows.find((window) => window.clientWidth > 0)?.clientWidth ?? 0;
    frame.classList.toggle("pixelated", atGuideSize || (camera.zoom * shown) / side >= PIXELS_FROM);
    if (this.reading) this.#onLook();
  }

  /** @param {?Point} at */
  #look(at) {
    this.reading = at;
    this.#onLook();
  }

  /** @param {string | undefined} how */
  #zoomBy(how) {
    if (how === "whole") this.#camera.whole();
    else this.#camera.zoomAt(how === "in" ? ZOOM_STEP : 1 / ZOOM_STEP, CENTRE);
    this.#onTurn();
  }

  /**
   * The wheel zooms with Ctrl (which is also how a touchpad's pinch arrives) or on a picture that has the focus or is
   * zoomed already; otherwise it scrolls the page.
   * @param {WheelEvent} event
   * @param {HTMLElement} window
   */
  #wheel(event, window) {
    const camera = this.#camera;
    if (!event.ctrlKey && !event.metaKey && camera.zoom === 1 && !window.matches(":focus")) return;
    if (camera.zoom === 1 && event.deltaY > 0) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    camera.zoomAt(Math.exp(-clamp(event.deltaY * lines, -120, 120) / 300), shareOf(event, window));
    this.#onTurn();
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} window
   */
  #grasp(event, window) {
    if (event.button !== 0) return;
    this.#pointers.set(event.pointerId, shareOf(event, window));
    const isZoomed = this.#camera.zoom > 1;
    if (isZoomed || this.#pointers.size > 1) window.setPointerCapture(event.pointerId);
    if (isZoomed) window.classList.add("panning");
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} window
   */
  #move(event, window) {
    const now = shareOf(event, window);
    const before = this.#pointers.get(event.pointerId);
    if (before) {
      const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) this.#camera.pinch(before, now, other);
      else this.#camera.moveBy(now.x - before.x, now.y - before.y);
      this.#pointers.set(event.pointerId, now);
      this.#onTurn();
    }
    window.classList.remove("reading");
    this.#look(now);
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} window
   */
  #release(event, window) {
    this.#pointers.delete(event.pointerId);
    window.classList.remove("panning");
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLElement} window
   */
  #press(event, window) {
    if (isShortcut(event) || event.target !== window || !this.#turn(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    window.classList.add("reading");
    this.reading = CENTRE;
    this.#onTurn();
  }

  /**
   * Move the view as a key asks.
   * @param {string} key
   * @returns {boolean} whether the key asks for something
   */
  #turn(key) {
    const camera = this.#camera;
    /** @type {Record<string, () => void>} */
    const turns = {
      ArrowLeft: () => camera.moveBy(PAN_STEP, 0),
      ArrowRight: () => camera.moveBy(-PAN_STEP, 0),
      ArrowUp: () => camera.moveBy(0, PAN_STEP),
      ArrowDown: () => camera.moveBy(0, -PAN_STEP),
      "+": () => camera.zoomAt(ZOOM_STEP, CENTRE),
      "=": () => camera.zoomAt(ZOOM_STEP, CENTRE),
      "-": () => camera.zoomAt(1 / ZOOM_STEP, CENTRE),
      0: () => camera.whole(),
    };
    if (!Object.hasOwn(turns, key)) return false;
    turns[key]();
    return true;
  }
}
