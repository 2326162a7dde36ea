// @ts-check
//
// The viewer: every ε of a film under one slider, without asking the server. The server owns the position, the person
// may change it (shared/revisions.js). Frames that arrived stay here, so the server sends each once; whoever lacks some
// says from which on.

import { found, surfaceOf } from "../shared/dom.js";
import { Lens } from "../shared/lens.js";
import { BurntWords } from "./burnt_words.js";
import { Comparison } from "./comparison.js";
import { Composer } from "./composer.js";
import { Faint } from "./faint.js";
import { FilmShelf, isOvertaken, opened, unpacked } from "./film.js";
import { Layer } from "./layer.js";
import { drawBar, drawTicks } from "./scale.js";
import { Scrubber } from "./scrubber.js";
import {
  alteredCaption,
  beyondSentence,
  pixelSentence,
  previewReadingAt,
  progressSentence,
  readingAt,
} from "./sentences.js";

/**
 * @typedef {import("./film.js").Film} Film
 * @typedef {import("./film.js").Words} Words
 * @typedef {ArrayBuffer | Uint8Array<ArrayBuffer>} Data
 * @typedef {import("../shared/component.js").Call<Data>} Call
 * @typedef {{number: import("./film.js").Numbered, words: Words, header: import("./film.js").Header,
 *   body: ArrayBuffer}} Message
 * @typedef {{at: number, picture: string, untold: ?number, lastKey: number}} HandedOver
 */

const HAND_OVER_MS = 10000; // how long a viewer that is drawn anew takes over what the one before had not told
const FOCUS_MS = 1500; // how long after its last key the slider gets the focus back when it is drawn anew
const SPEAK_IDLE_MS = 700;
const ASK_AGAIN_MS = 3000;
const HINT = "Point at a picture to read its pixels; pinch, or Ctrl and the wheel, to zoom; then drag to pan.";

const films = new FilmShelf();
/** @type {?HandedOver} what the viewer that was closed last was doing */
let handedOver = null;

export class Viewer {
  /** @type {?Data} what Streamlit told last */
  #data = null;
  /** @type {?Message} what the server said last */
  #latest = null;
  /** @type {?Words} */
  #words = null;
  /** @type {?Film} */
  #film = null;
  /** @type {?Composer} */
  #composer = null;
  /** @type {Call["setTriggerValue"]} */
  #tell = () => {};
  #queue = Promise.resolve();
  #closed = false;
  /** @type {?number} the frame of the screen with which it is drawn anew */
  #scheduled = null;
  /** @type {?string} what the server was asked for */
  #asked = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #speaking;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #onCalm = () => this.#respectCalm();

  /** @param {ParentNode} root */
  constructor(root) {
    this.root = root;
    this.frame = found(root, ".viewer", HTMLElement);
    this.canvases = {
      original: found(root, "canvas.original", HTMLCanvasElement),
      altered: found(root, "canvas.altered", HTMLCanvasElement),
      change: found(root, "canvas.change", HTMLCanvasElement),
    };
    this.scrubber = new Scrubber(root, {
      onMove: () => this.#refresh(),
      tell: (told) => this.#tell("step", told),
    });
    this.comparison = new Comparison(root, () => this.#refresh());
    this.lens = new Lens(root, () => this.#readPixel());
    this.layer = new Layer(root);
    this.burnt = new BurntWords(root);
    this.faint = new Faint(root, (position) => {
      this.scrubber.slide(position);
      this.scrubber.slider.focus({ preventScroll: true }); // the button goes with the sentence
    });
    this.#calm.addEventListener("change", this.#onCalm);
    this.resized = new ResizeObserver(() => this.lens.aim());
    this.resized.observe(this.frame);
    drawBar(this.#one(".bar"));
    this.#respectCalm();
    this.#readPixel();
  }

  /** @param {string} selector */
  #one(selector) {
    return found(this.root, selector, HTMLElement);
  }

  /**
   * Take what the server says: frames always, the position unless the person is ahead of it.
   * @param {Call} call
   */
  update({ data, setTriggerValue }) {
    this.#tell = setTriggerValue;
    if (data === this.#data) return;
    this.#data = data;
    this.#queue = this.#queue.then(() => this.#receive(data)).catch((error) => this.#fail(error));
  }

  close() {
    const { untold, lastKey } = this.scrubber;
    if (this.#words) handedOver = { at: performance.now(), picture: this.#words.picture, untold, lastKey };
    this.#closed = true;
    this.scrubber.close();
    this.comparison.close();
    clearTimeout(this.#speaking);
    clearTimeout(this.#asking);
    if (this.#scheduled !== null) cancelAnimationFrame(this.#scheduled);
    this.#calm.removeEventListener("change", this.#onCalm);
    this.resized.disconnect();
  }

  // ---- what arrives

  /** @param {Data} data */
  async #receive(data) {
    const { packed, ...said } = opened(data);
    const arrived = { ...said, body: await unpacked(packed) };
    const before = this.#latest;
    const overtaken = before !== null && isOvertaken(arrived.number, before.number);
    if (overtaken) films.filmOf(arrived.header).fill(arrived.header, arrived.body);
    this.#latest = overtaken ? before : arrived;
    await this.#follow(this.#latest);
  }

  /** @param {Message} latest */
  async #follow({ words, header, body }) {
    const film = films.filmOf(header);
    film.take(header, body); // also where this viewer is closed: the next one has it then
    await this.layer.take(words.layer);
    if (this.#closed) return;
    if (!this.#words) this.comparison.begin(words.view);
    this.#words = words;
    this.scrubber.hear(words);
    this.#ask(film);
    if (film.ground) this.#show(film, words);
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#one(".progress").textContent = "The pictures could not be read. Reload the page.";
    console.error(error);
  }

  /**
   * Ask the server for what is missing, once, and again when no answer came.
   * @param {Film} film
   */
  #ask(film) {
    const first = film.missing;
    clearTimeout(this.#asking);
    if (first === null) {
      this.#asked = null;
      return;
    }
    this.#asking = setTimeout(() => {
      this.#asked = null;
      this.#ask(film);
    }, ASK_AGAIN_MS);
    const question = `${film.id} ${first}`;
    if (question === this.#asked) return;
    this.#asked = question;
    this.#tell("missing", { film: film.id, first });
  }

  /**
   * @param {Film} film
   * @param {Words} words
   */
  #show(film, words) {
    if (this.#film !== film) this.#mount(film, words);
    const { about } = film;
    this.scrubber.show(film);
    const share = film.reached / about.planned;
    this.#one(".reach div").style.width = `${100 * share}%`;
    this.#one(".reach").hidden = share >= 1;
    this.#one(".progress").textContent = progressSentence(film);
    this.frame.dataset.shown = String(film.shown);
    this.#name(film, words);
    drawTicks(this.#one(".ticks"), words.limit);
    this.lens.picture = about;
    this.lens.aim();
    this.scrubber.adopt();
    this.#takeOver(words);
    this.#refresh();
  }

  /**
   * Make the canvases ready for another film.
   * @param {Film} film
   * @param {Words} words
   */
  #mount(film, { limit }) {
    this.#film = film;
    this.#composer = new Composer(film, limit);
    const { side } = film.about;
    for (const canvas of Object.values(this.canvases)) Object.assign(canvas, { width: side, height: side });
    surfaceOf(this.canvases.original).putImageData(this.#composer.original, 0, 0);
  }

  /**
   * Streamlit may draw the viewer anew in the middle of a gesture: the hand keeps its place, and nothing is lost.
   * @param {Words} words
   */
  #takeOver(words) {
    if (!handedOver) return;
    const { at, picture, untold, lastKey } = handedOver;
    handedOver = null;
    const now = performance.now();
    if (picture !== words.picture || now - at > HAND_OVER_MS) return;
    if (now - lastKey < FOCUS_MS) this.scrubber.slider.focus({ preventScroll: true });
    if (untold !== null) this.scrubber.slide(untold);
  }

  // ---- what is shown

  /** Redraw with the next frame of the screen, once however often it is asked for. */
  #refresh() {
    if (!this.#film) return;
    this.#scheduled ??= requestAnimationFrame(() => {
      this.#scheduled = null;
      this.#draw();
    });
  }

  #draw() {
    if (!this.#composer || !this.#film || !this.#words) return;
    const { position } = this.scrubber;
    const { mode } = this.comparison;
    const mapped = mode === "side" || mode === "change" || this.layer.isChange;
    this.#composer.compose(position, { mapped });
    surfaceOf(this.canvases.altered).putImageData(this.#composer.altered, 0, 0);
    if (mapped) surfaceOf(this.canvases.change).putImageData(this.#composer.change, 0, 0);
    this.layer.draw(position, this.#composer.change);
    this.frame.dataset.position = String(position);
    this.frame.dataset.film = this.#film.id;
    this.#read(this.#film, this.#words);
    if (this.lens.reading) this.#readPixel();
  }

  /**
   * @param {Film} film
   * @param {Words} words
   */
  #read(film, words) {
    const { position, chosen } = this.scrubber;
    const read = film.isPreview(position) ? previewReadingAt : readingAt;
    const reading = read(film.about, position, chosen);
    const { ahead, epsilon, value, preview, made } = reading;
    this.scrubber.say(`${ahead}ε ${epsilon}, ${value}`);
    this.frame.toggleAttribute("data-preview", preview);
    this.#one(".asked").textContent = `${ahead}ε ${epsilon}${reading.cautious ? " (caution)" : ""}`;
    for (const name of /** @type {const} */ (["asked", "spent", "grey", "logit", "choice"])) {
      this.#one(`[data-reading=${name}]`).textContent = reading[name];
    }
    this.#caption(made, words);
    if (words.view === "side") this.faint.show(film, { position, ...words });
    clearTimeout(this.#speaking);
    if (this.scrubber.isPlaying) return;
    this.#speaking = setTimeout(() => {
      this.#one("[role=status]").textContent = reading.spoken;
    }, SPEAK_IDLE_MS);
  }

  /**
   * @param {string} made
   * @param {Words} words
   */
  #caption(made, { remark }) {
    const { mode, away } = this.comparison;
    const altered = alteredCaption(mode, { made, remark, away });
    if (altered !== null) this.#one("[data-shows=altered] figcaption").textContent = altered;
    this.burnt.say(altered ?? `${made}. ${remark}`);
    const beyond = this.#composer?.beyond ?? null;
    if (beyond === null) return;
    // What changes with ε keeps its number of lines, or the slider would run away from under the finger.
    this.#one(".beyond").textContent = beyondSentence(beyond);
    this.#one("[data-shows=change] figcaption").textContent = `Change of lightness (luma). ${made}. ${remark}`;
  }

  /**
   * Say to screen readers what each canvas shows.
   * @param {Film} film
   * @param {Words} words
   */
  #name({ about }, { name, remark }) {
    const { original, altered, change } = this.canvases;
    const verb = about.harder ? "away from" : "towards";
    this.frame.setAttribute("aria-label", `${name}: original and AI-altered`);
    original.setAttribute("aria-label", `The original picture ${name}, as cropped.`);
    altered.setAttribute("aria-label", `${name}, AI-altered ${verb} ${about.towards}. ${remark}`);
    change.setAttribute("aria-label", `Where ${name} became lighter (orange) or darker (blue).`);
  }

  /** Read the pixel that is pointed at, or the one in the middle when the keyboard moves the picture. */
  #readPixel() {
    const { seen } = this.lens;
    if (!seen) this.#one(".pixel").textContent = HINT;
    else if (this.#composer) {
      const preview = this.#film?.isPreview(this.scrubber.position) ? "Preview: " : "";
      this.#one(".pixel").textContent = preview + pixelSentence(this.#composer, seen);
    }
  }

  #respectCalm() {
    this.comparison.respect(this.#calm.matches);
    this.scrubber.respect(this.#calm.matches);
  }
}
