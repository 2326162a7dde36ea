// @ts-check

import { found } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { Revisions } from "../shared/revisions.js";

/**
 * @typedef {import("./film.js").Film} Film
 * @typedef {{step: number, revision: number}} Told
 */

const TELL_AGAIN_MS = 4000; // a message that meets a page in the making can be dropped, without a word
const PLAY_MS = 120;
const PLAY_CALM_MS = 1000; // where the system asks for reduced motion

/** The slider and its play button: the position that is wanted, which shared/revisions.js says whose it is. */
export class Scrubber {
  /** When a key was pressed on the slider last, in milliseconds of performance.now(). */
  lastKey = Number.NEGATIVE_INFINITY;
  /** @type {?Film} */
  film = null;
  /** @type {?number} the position that person or server asks for; shown as far as it is computed */
  #wanted = null;
  #server = 0; // the position that the server holds
  #calm = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #playing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #telling;
  #revisions = new Revisions(() => this.#send());
  #onMove;
  #tell;

  /**
   * @param {ParentNode} root
   * @param {{onMove: () => void, tell: (told: Told) => void}} options `onMove`: another position is to be drawn;
   *   `tell`: the server is to hear what the person chose
   */
  constructor(root, { onMove, tell }) {
    this.#onMove = onMove;
    this.#tell = tell;
    this.slider = found(root, ".epsilon", HTMLInputElement);
    this.button = found(root, ".play", HTMLButtonElement);
    this.#listen();
  }

  #listen() {
    const { slider, button } = this;
    slider.addEventListener("keydown", () => {
      this.lastKey = performance.now();
    });
    slider.addEventListener("pointerdown", () => {
      this.#revisions.held = true;
      this.#pause();
    });
    slider.addEventListener("input", () => this.slide(Number(slider.value)));
    for (const end of ["change", "pointerup", "pointercancel"]) slider.addEventListener(end, () => this.#letGo());
    slider.addEventListener("blur", () => this.#revisions.settle());
    button.addEventListener("click", () => (this.isPlaying ? this.#pause() : this.#play()));
  }

  get isPlaying() {
    return this.#playing !== undefined;
  }

  /** Where the slider stands: what was asked for, computed or not. */
  get chosen() {
    return clamp(this.#wanted ?? 0, 0, this.film?.about.planned ?? 0);
  }

  /** What is shown: as much of it as is computed. */
  get position() {
    return Math.min(this.chosen, this.film?.shown ?? 0);
  }

  /** What the server has not heard yet, or null. */
  get untold() {
    return this.#revisions.ahead ? this.#wanted : null;
  }

  /**
   * Take the number of the server's word.
   * @param {Told} told
   */
  hear({ step, revision }) {
    this.#server = step;
    if (this.#revisions.hear(revision)) clearTimeout(this.#telling);
  }

  /** Take the server's position, unless the person is ahead of it. */
  adopt() {
    const ahead = this.#revisions.ahead || this.isPlaying;
    if (!ahead || this.#wanted === null) this.#wanted = this.#server;
  }

  /**
   * Show a film on the slider, as far as it is computed.
   * @param {Film} film
   */
  show(film) {
    this.film = film;
    this.slider.max = String(film.about.planned);
    this.slider.disabled = false; // before there is a film, no position means anything, and a key would be lost
  }

  /**
   * Say where the slider stands.
   * @param {string} said
   */
  say(said) {
    // Never pulled back to what is computed: keys that are pressed meanwhile would be lost.
    if (Number(this.slider.value) !== this.chosen) this.slider.value = String(this.chosen);
    this.slider.setAttribute("aria-valuetext", said);
  }

  /** @param {number} position */
  slide(position) {
    this.#wanted = position;
    if (!this.#revisions.held) this.#revisions.postpone();
    this.#onMove();
  }

  /**
   * Play slowly where the system asks for reduced motion.
   * @param {boolean} calm
   */
  respect(calm) {
    this.#calm = calm;
    if (!this.isPlaying) return;
    this.#stop();
    this.#play();
  }

  close() {
    this.#stop();
    this.#revisions.close();
    clearTimeout(this.#telling);
  }

  #letGo() {
    if (!this.#revisions.held) return;
    this.#revisions.held = false;
    this.#send();
  }

  #send() {
    if (!this.film) return;
    const step = this.chosen;
    this.#wanted = step;
    this.#onMove();
    if (!this.#revisions.awaiting && step === this.#server) return;
    this.#say({ step, revision: this.#revisions.next() });
  }

  /**
   * Tell the server, again and again until it has answered.
   * @param {Told} told
   */
  #say(told) {
    clearTimeout(this.#telling);
    this.#tell(told);
    this.#telling = setTimeout(() => this.#say(told), TELL_AGAIN_MS);
  }

  #play() {
    const { film } = this;
    if (!film?.shown) return;
    this.#revisions.settle();
    if (this.position >= film.shown) this.#wanted = 0;
    this.#playing = setInterval(() => this.#next(), this.#calm ? PLAY_CALM_MS : PLAY_MS);
    this.#markPlaying();
  }

  #next() {
    this.#wanted = this.position >= (this.film?.shown ?? 0) ? 0 : this.position + 1;
    this.#onMove();
  }

  #pause() {
    if (!this.isPlaying) return;
    this.#stop();
    if (!this.#revisions.held) this.#send();
  }

  #stop() {
    clearInterval(this.#playing);
    this.#playing = undefined;
    this.#markPlaying();
  }

  #markPlaying() {
    this.button.textContent = this.isPlaying ? "⏸" : "▶";
    this.button.setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
  }
}
