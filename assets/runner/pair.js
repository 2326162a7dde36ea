// @ts-check
//
// Two pictures side by side, of which one is to be found.

import { element } from "../shared/dom.js";
import { SIDE_KEYS } from "./keys.js";
import { filled } from "./messages.js";

/**
 * @typedef {import("./types.js").Reply} Reply
 * @typedef {import("./types.js").Side} Side
 * @typedef {import("./types.js").Trial} Trial
 * @typedef {import("./messages.js").Messages} Messages
 */

/** @type {Side[]} the answers, from left to right */
export const SIDES = ["left", "right"];

/** The parts of the stage that a trial of two pictures uses. */
export class Pair {
  /** @param {Messages} messages */
  constructor(messages) {
    this.messages = messages;
    this.asked = element("p", { class: "asked" });
    this.names = SIDES.map(() => element("p", { class: "name" }));
    this.frames = SIDES.map((side) => element("div", { class: "side", "data-side": side }));
    const said = [messages.leftOne, messages.rightOne];
    this.buttons = SIDES.map((_, i) =>
      element(
        "button",
        { type: "button", class: "choice", "aria-keyshortcuts": `${SIDE_KEYS[i]} ${i ? "ArrowRight" : "ArrowLeft"}` },
        element("span", { class: "cue" }, element("kbd", { text: SIDE_KEYS[i] })),
        element("span", { text: said[i] }),
      ),
    );
    this.choices = element("div", { class: "choices sides", role: "group" }, ...this.buttons);
  }

  /**
   * Lay out a trial, out of sight, and return what stands in the place of the picture.
   * @param {Trial} trial
   * @param {Element[]} pictures
   */
  lay({ asked }, pictures) {
    const { messages } = this;
    this.asked.textContent = asked ? filled(messages.whichIs, { asked }) : messages.whichIsWrong;
    this.choices.setAttribute("aria-label", this.asked.textContent);
    const called = [messages.leftPicture, messages.rightPicture];
    for (const [i, picture] of pictures.entries()) {
      if (picture instanceof HTMLImageElement) picture.alt = called[i];
      this.names[i].textContent = "";
      this.frames[i].replaceChildren(picture, this.names[i]);
      delete this.frames[i].dataset.right;
    }
    return this.frames;
  }

  /**
   * Mark the right picture, name both, and return the sentence that says which one it is.
   * @param {Reply} reply
   */
  judge({ side, names, right }) {
    for (const [i, one] of SIDES.entries()) {
      this.names[i].textContent = names?.[one] ?? "";
      this.frames[i].toggleAttribute("data-right", one === side);
    }
    return filled(side === "left" ? this.messages.leftIs : this.messages.rightIs, { right });
  }
}
