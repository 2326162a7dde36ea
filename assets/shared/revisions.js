// @ts-check
//
// Who owns what: the server owns a value, the person may change it. While a finger or the mouse is down, while keys are
// being pressed, and until the server has answered the person's last change, what the person made stays on the screen;
// then the server's holds. Every change that is told has a number, which the server repeats when it has taken it.

const KEY_IDLE_MS = 500;

/** Whose word counts for one value: the person's or the server's. */
export class Revisions {
  /** Whether the person has hold of the value by pointer. */
  held = false;
  /** @type {?number} number of the last change */
  #last = null;
  /** @type {?number} number of the change that is not answered yet */
  #awaited = null;
  /** @type {?ReturnType<typeof setTimeout>} */
  #idle = null;
  #tell;

  /** @param {() => void} tell called when keys have rested for a while, or the person leaves */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Whether the person is ahead of the server, whose word then waits. */
  get ahead() {
    return this.held || this.#idle !== null || this.#awaited !== null;
  }

  /** Whether a change was told and is not answered. */
  get awaiting() {
    return this.#awaited !== null;
  }

  /**
   * Take the number that comes with the server's word.
   * @param {number} revision
   * @returns {boolean} whether it answers the last change
   */
  hear(revision) {
    this.#last ??= revision;
    if (revision !== this.#awaited) return false;
    this.#awaited = null;
    return true;
  }

  /** Number the change that is being told; from now on its answer is awaited. */
  next() {
    this.#last = (this.#last ?? 0) + 1;
    this.#awaited = this.#last;
    return this.#last;
  }

  /** Have the change told when no further key is pressed for a while. */
  postpone() {
    this.#stop();
    this.#idle = setTimeout(() => this.settle(), KEY_IDLE_MS);
  }

  /** Have told at once what was put off, if anything was. */
  settle() {
    if (this.#idle === null) return;
    this.#stop();
    this.#tell();
  }

  close() {
    this.#stop();
  }

  #stop() {
    clearTimeout(this.#idle ?? undefined);
    this.#idle = null;
  }
}
