// @ts-check

import { Kept } from "../shared/kept.js";

/** @typedef {import("./types.js").Answer} Answer */

/** Answers that the server has not confirmed; they outlive the page. */
export class Outbox {
  /** @param {string} token of the sitting */
  constructor(token) {
    /** @type {Kept<Answer[]>} */
    this.kept = new Kept("localStorage", `lwise-outbox:${token}`);
  }

  get waiting() {
    return this.kept.value ?? [];
  }

  /** @param {Answer} answer in place of another one to the same trial */
  put(answer) {
    this.kept.value = [...this.waiting.filter((other) => other.trial !== answer.trial), answer];
  }

  /** @param {Answer} answer */
  drop(answer) {
    const left = this.waiting.filter((other) => other.trial !== answer.trial);
    this.kept.value = left.length ? left : null;
  }
}
