// @ts-check
//
// Feedback that shows where: the original and the enhanced picture by turns, and rings around what speaks for the class.

import { element } from "../shared/dom.js";
import { onPress } from "../shared/pointer.js";

/**
 * @typedef {import("./types.js").Where} WhereShown
 * @typedef {import("./types.js").RingAt} RingAt
 * @typedef {import("./messages.js").Messages} Messages
 */

const SVG = "http://www.w3.org/2000/svg";
const FLIP_MS = 700;
const FLIPS = 6; // in all less than five seconds: what moves for longer would need a way to stop it

/** Whether the learner has asked the system for less motion. */
const isStill = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Rings around places of a picture, drawn over it.
 * @param {RingAt[]} rings
 */
export function drawnRings(rings) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("class", "rings");
  svg.setAttribute("aria-hidden", "true");
  for (const { x, y, radius } of rings) {
    for (const kind of ["outer", "inner"]) {
      const circle = document.createElementNS(SVG, "circle");
      for (const [name, value] of Object.entries({ cx: x, cy: y, r: radius, class: kind })) {
        circle.setAttribute(name, String(value));
      }
      svg.append(circle);
    }
  }
  return svg;
}

/** Two versions of one picture, of which one is seen. */
export class Where {
  /** @type {?number} */
  #timer = null;
  #left = 0;

  /**
   * @param {WhereShown} where
   * @param {HTMLImageElement[]} pictures the original and the enhanced one
   * @param {Messages} messages
   * @param {AbortSignal} signal says that nobody looks any more
   */
  constructor({ rings }, [original, enhanced], messages, signal) {
    this.messages = messages;
    original.alt = messages.original;
    enhanced.alt = messages.enhanced;
    enhanced.classList.add("enhanced");
    this.said = element("span", { class: "which" });
    this.frame = element("div", { class: "where" }, original, enhanced, drawnRings(rings), this.said);
    this.button = element("button", { type: "button", class: "flip", text: messages.flip });
    onPress(this.button, () => this.flip(), signal);
    signal.addEventListener("abort", () => this.stop());
    this.#show(false);
  }

  /** Flip by itself for a while, unless the learner wants less motion. */
  start() {
    if (isStill()) return;
    this.#left = FLIPS;
    this.#timer = window.setInterval(() => {
      this.#show(!this.isEnhanced);
      this.#left -= 1;
      if (!this.#left) this.stop();
    }, FLIP_MS);
  }

  stop() {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  get isEnhanced() {
    return this.frame.dataset.version === "enhanced";
  }

  /** Show the other version, from now on only when it is asked for. */
  flip() {
    this.stop();
    this.#show(!this.isEnhanced);
  }

  /** @param {boolean} enhanced */
  #show(enhanced) {
    this.frame.dataset.version = enhanced ? "enhanced" : "original";
    this.said.textContent = enhanced ? this.messages.enhanced : this.messages.original;
  }
}
