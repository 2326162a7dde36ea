// @ts-check
//
// Points of a plot that stand for photographs: the one under the pointer is shown, and a click tells which it was.
// Streamlit tells only of points that were drawn around while a plot waits to be drawn around.

import { component } from "../shared/component.js";
import { hashOf, placeOf } from "./place.js";

/**
 * @typedef {{chart: string, pictures: Record<string, string>}} Data
 *   the key of the plot, and hash → address of its photographs (pages/parts/rank/map_glimpse.py)
 * @typedef {Parameters<typeof hashOf>[0] & {event?: MouseEvent}} Told what Plotly tells
 * @typedef {HTMLElement & {on: (name: string, act: (told: Told) => void) => void}} Plotted
 */

class Glimpse {
  /** @type {Data} */
  #data = { chart: "", pictures: {} };
  /** @type {import("../shared/component.js").Call<Data>["setTriggerValue"]} */
  #tell = () => {};
  #clicks = 0;
  /** @type {WeakSet<HTMLElement>} plots that are listened to */
  #known = new WeakSet();
  #picture = document.createElement("img");
  #gone = new AbortController();

  /** @param {ParentNode} root */
  constructor(root) {
    this.#picture.alt = "";
    this.#picture.hidden = true;
    root.append(this.#picture);
    const { signal } = this.#gone;
    // A plot is listened to once a pointer is over it: before, it may not be there, and any run may draw it anew. Nor
    // need this script be there when the pointer comes, so every move counts.
    for (const kind of ["pointerover", "pointermove"])
      document.addEventListener(kind, (event) => this.#meet(event.target), { signal });
  }

  /** @param {import("../shared/component.js").Call<Data>} call */
  update({ data, setTriggerValue }) {
    this.#data = data;
    this.#tell = setTriggerValue;
  }

  close() {
    this.#gone.abort();
  }

  /** @param {?EventTarget} target */
  #meet(target) {
    const inside = target instanceof Element && target.closest(`.st-key-${CSS.escape(this.#data.chart)}`);
    const plot = /** @type {?Plotted} */ (inside ? inside.querySelector(".js-plotly-plot") : null);
    if (!plot) return this.#hide();
    if (this.#known.has(plot)) return;
    this.#known.add(plot);
    plot.on("plotly_hover", (told) => this.#show(told));
    plot.on("plotly_unhover", () => this.#hide());
    plot.on("plotly_click", (told) => this.#choose(told));
  }

  /** @param {Told} told */
  #show(told) {
    const address = this.#data.pictures[hashOf(told) ?? ""];
    if (!address || !told?.event) return this.#hide();
    if (this.#picture.getAttribute("src") !== address) this.#picture.src = address;
    const { left, top } = placeOf({ x: told.event.clientX, y: told.event.clientY });
    this.#picture.style.left = `${left}px`;
    this.#picture.style.top = `${top}px`;
    this.#picture.hidden = false;
  }

  #hide() {
    this.#picture.hidden = true;
  }

  /** @param {Told} told */
  #choose(told) {
    this.#hide();
    const hash = hashOf(told);
    if (hash) this.#tell("chosen", { hash, click: ++this.#clicks });
  }
}

export default component((root) => new Glimpse(root));
