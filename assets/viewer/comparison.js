// @ts-check

import { found, foundAll } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { onDrag, shareOf } from "../shared/pointer.js";

/** @typedef {"side" | "alone" | "wipe" | "blink" | "change"} Mode */

const BLINK_MS = 400; // 2.5 changes a second, below 3 Hz however they are counted
const PUSH = 2; // % of the width, by a key
const BIG_PUSH = 10;

/**
 * Where the divider stands after a key, in % of the width, or null when the key means nothing here.
 * @param {number} wipe
 * @param {{key: string, shiftKey: boolean}} pressed Shift takes bigger steps
 */
export function pushed(wipe, { key, shiftKey }) {
  const by = shiftKey ? BIG_PUSH : PUSH;
  /** @type {Record<string, number>} */
  const places = {
    ArrowLeft: wipe - by,
    ArrowDown: wipe - by,
    ArrowRight: wipe + by,
    ArrowUp: wipe + by,
    PageDown: wipe - BIG_PUSH,
    PageUp: wipe + BIG_PUSH,
    Home: 0,
    End: 100,
  };
  return Object.hasOwn(places, key) ? clamp(places[key], 0, 100) : null;
}

/**
 * How original and altered picture are compared: side by side, by wiping, by blinking, or by their difference; or the
 * altered one alone.
 */
export class Comparison {
  /** @type {Mode} */
  mode = "side";
  /** Whether blinking shows the original now. */
  away = false;
  #wipe = 50; // % of the width that shows the original
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #blinking;
  #root;
  #onChange;

  /**
   * @param {ParentNode} root
   * @param {() => void} onChange called when the pictures are to be drawn anew
   */
  constructor(root, onChange) {
    this.#root = root;
    this.#onChange = onChange;
    this.frame = found(root, ".viewer", HTMLElement);
    this.panels = found(root, ".panels", HTMLElement);
    this.divider = found(root, ".divider", HTMLElement);
    this.modes = foundAll(root, "[name=mode]", HTMLInputElement);
    this.original = found(root, ".sheet.original", HTMLElement);
    this.altered = found(root, ".sheet.altered", HTMLElement);
    for (const mode of this.modes) mode.addEventListener("change", () => this.choose(/** @type {Mode} */ (mode.value)));
    this.#listenToDivider();
  }

  #listenToDivider() {
    const { divider } = this;
    const pull = (/** @type {PointerEvent} */ event) => this.#pull(event);
    onDrag(divider, { start: pull, move: pull });
    // The picture below is neither panned nor read meanwhile.
    for (const kind of ["pointerdown", "pointermove"])
      divider.addEventListener(kind, (event) => event.stopPropagation());
    divider.addEventListener("keydown", (event) => this.#push(event));
  }

  /**
   * Begin with the view that the page asks for; what the person chose meanwhile stays.
   * @param {"side" | "alone"} view
   */
  begin(view) {
    this.frame.dataset.view = view;
    found(this.#root, ".alone", HTMLElement).hidden = view !== "alone";
    if (this.mode === "side") this.choose(view);
  }

  /** @param {Mode} mode */
  choose(mode) {
    this.mode = mode;
    this.panels.dataset.mode = mode;
    for (const input of this.modes) input.checked = input.value === mode;
    // Wipe and blink lay the altered picture over the original: one canvas, moved, not copied.
    const together = mode === "wipe" || mode === "blink";
    const home = found(this.#root, `[data-shows=${together ? "altered" : "original"}] .window`, HTMLElement);
    if (this.original.parentElement !== home) home.prepend(this.original);
    this.divider.hidden = mode !== "wipe";
    this.#blink(mode === "blink");
    this.#placeDivider();
    this.#onChange();
  }

  /**
   * Offer blinking, unless the system asks for reduced motion.
   * @param {boolean} calm
   */
  respect(calm) {
    for (const input of this.modes) if (input.value === "blink") input.disabled = calm;
    found(this.#root, ".calm", HTMLElement).hidden = !calm;
    if (calm && this.mode === "blink") this.choose("wipe");
  }

  close() {
    clearInterval(this.#blinking);
  }

  /** @param {boolean} on */
  #blink(on) {
    clearInterval(this.#blinking);
    this.away = false;
    const turn = () => {
      this.altered.classList.toggle("away", this.away);
      this.#onChange();
    };
    turn();
    if (!on) return;
    this.#blinking = setInterval(() => {
      this.away = !this.away;
      turn();
    }, BLINK_MS);
  }

  /** @param {PointerEvent} event */
  #pull(event) {
    const { parentElement } = this.divider;
    if (parentElement) this.#wipe = 100 * clamp(shareOf(event, parentElement).x, 0, 1);
    this.#placeDivider();
  }

  /** @param {KeyboardEvent} event */
  #push(event) {
    const next = pushed(this.#wipe, event);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#wipe = next;
    this.#placeDivider();
  }

  #placeDivider() {
    const rounded = Math.round(this.#wipe);
    this.frame.style.setProperty("--wipe", `${this.#wipe}%`);
    this.divider.setAttribute("aria-valuenow", String(rounded));
    this.divider.setAttribute("aria-valuetext", `${rounded}% of the width shows the original`);
  }
}
