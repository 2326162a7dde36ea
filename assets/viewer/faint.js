// @ts-check
//
// What stands below the slider where its change is too small to be seen: what a larger one does, at once.

import { found, surfaceOf } from "../shared/dom.js";
import { Composer } from "./composer.js";
import { epsilonAt } from "./sentences.js";

/**
 * @typedef {import("./film.js").Film} Film
 * @typedef {import("./film.js").Header} Header
 */

const SEEN_FROM = 2; // grey levels (RMS) below which a change is called invisible
const PLAIN = 5; // grey levels of the larger one: well above what is just seen

/**
 * Grey levels (RMS) by which the picture at a position differs from the original.
 * @param {Header} about
 * @param {number} position
 */
const levelsAt = ({ positions, greyLevels }, position) => positions[position][1] * greyLevels;

/**
 * The first position whose change is plain to see, where the one at `position` cannot be seen and another one can.
 * @param {Header} about
 * @param {{position: number, reached: number}} shown `reached` is the last position whose own picture is here
 */
export function plainPosition(about, { position, reached }) {
  if (!position || position > reached || levelsAt(about, position) >= SEEN_FROM) return null;
  const places = [...Array(reached + 1).keys()];
  const first = places.find((at) => levelsAt(about, at) >= PLAIN) ?? reached;
  return levelsAt(about, first) >= SEEN_FROM ? first : null;
}

/**
 * What is said of both.
 * @param {Header} about
 * @param {{position: number, larger: number}} shown
 */
export function faintSentence(about, { position, larger }) {
  const [now, then] = [position, larger].map((at) => levelsAt(about, at).toFixed(1));
  return (
    `At ε ${epsilonAt(about, position)} the change is ${now} grey levels, too small to be seen. ` +
    `Here is what ε ${epsilonAt(about, larger)} (${then} grey levels) does.`
  );
}

/** The sentence, the larger change and the button that goes there. */
export class Faint {
  #drawn = "";
  /** @type {?number} */
  #larger = null;

  /**
   * @param {ParentNode} root
   * @param {(position: number) => void} slide puts the slider somewhere
   */
  constructor(root, slide) {
    this.place = found(root, ".faint", HTMLElement);
    this.canvas = found(this.place, "canvas", HTMLCanvasElement);
    this.words = found(this.place, ".faint-words", HTMLElement);
    found(this.place, "button", HTMLButtonElement).addEventListener("click", () => {
      if (this.#larger !== null) slide(this.#larger);
    });
  }

  /**
   * Show it, or nothing where the change can be seen.
   * @param {Film} film
   * @param {{position: number, remark: string, limit: number}} shown
   */
  show(film, { position, remark, limit }) {
    const { about, reached } = film;
    const larger = plainPosition(about, { position, reached });
    this.#larger = larger;
    this.place.hidden = larger === null;
    if (larger === null) return;
    this.words.textContent = `${faintSentence(about, { position, larger })} AI-altered. ${remark}`;
    const asked = `${film.id} ${larger}`;
    if (asked === this.#drawn) return;
    this.#drawn = asked;
    const { side } = about;
    Object.assign(this.canvas, { width: side, height: side });
    const composer = new Composer(film, limit);
    composer.compose(larger, { mapped: false });
    surfaceOf(this.canvas).putImageData(composer.altered, 0, 0);
    this.canvas.setAttribute("aria-label", `AI-altered, ε ${epsilonAt(about, larger)}`);
  }
}
