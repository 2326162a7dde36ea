// @ts-check

import { Camera } from "../shared/camera.js";

/** @typedef {import("../shared/camera.js").Point} Point */

/**
 * What shows the group's view: `aim` brings it onto the screen, `mark` marks a point of the picture, null takes it away.
 * @typedef {{aim: () => void, mark: (seen: ?Point) => void}} Member
 */

/** Rows of maps that show the same part of the picture, and mark the same point of it. */
export class Group {
  camera = new Camera();
  /** @type {Set<Member>} */
  #members = new Set();

  /**
   * @param {Member} member
   * @returns {() => void} what takes it out again
   */
  join(member) {
    this.#members.add(member);
    return () => this.#members.delete(member);
  }

  aim() {
    for (const member of this.#members) member.aim();
  }

  /** @param {?Point} seen */
  mark(seen) {
    for (const member of this.#members) member.mark(seen);
  }
}
