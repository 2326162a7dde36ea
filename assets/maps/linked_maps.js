// @ts-check
//
// A row of maps of one picture, each with its scale and what it shows in words below it.

import { element, found, foundAll } from "../shared/dom.js";
import { Lens } from "../shared/lens.js";
import { readingOf, stepsOf } from "./readings.js";

/**
 * @typedef {import("../shared/camera.js").Point} Point
 * @typedef {import("./group.js").Group} Group
 * @typedef {{gradient: string, ticks: string[], unit: string}} Bar
 * @typedef {{name: string, picture: string, alt: string, caption: string, side: number, bar: ?Bar,
 *   numbers: ?{steps: string, top: number, signed: boolean}}} Sent one map, `picture` as a data URL
 * @typedef {{maps: Sent[]}} Data what the page sends (pages/parts/ui/linked_maps.py)
 * @typedef {import("../shared/component.js").Call<Data>} Call
 */

const HINT = "Point at a map to read all of them; Ctrl and the wheel, two fingers, or + and − zoom all of them.";
/** @type {[string, string, string][]} */
const ZOOMS = [
  ["out", "−", "Zoom all maps out (−)"],
  ["in", "+", "Zoom all maps in (+)"],
  ["whole", "Fit", "Whole maps (0)"],
];

export class LinkedMaps {
  #root;
  #group;
  #leave;
  /** @type {?Element} what stands on the page */
  #shown = null;
  /** @type {?Lens} */
  #lens = null;
  /** @type {string} the pictures that are shown */
  #pictures = "";
  /** @type {Parameters<typeof readingOf>[1]} */
  #row = { side: 1, maps: [] };

  /**
   * @param {ParentNode} root
   * @param {Group} group
   */
  constructor(root, group) {
    this.#root = root;
    this.#group = group;
    this.#leave = group.join(this);
  }

  /** @param {Call} call */
  update({ data }) {
    const pictures = data.maps.map((one) => one.picture).join();
    if (pictures === this.#pictures) return;
    this.#pictures = pictures;
    this.#row = {
      side: data.maps[0].side,
      maps: data.maps.map(({ name, numbers }) => ({
        name,
        numbers: numbers && { ...numbers, steps: stepsOf(numbers.steps) },
      })),
    };
    this.#show(data.maps);
  }

  close() {
    this.#leave();
  }

  aim() {
    this.#lens?.aim();
  }

  /** @param {?Point} seen */
  mark(seen) {
    if (!this.#shown) return;
    const { camera } = this.#group;
    for (const cross of foundAll(this.#shown, ".cross", HTMLElement)) {
      cross.hidden = !seen;
      if (seen) {
        cross.style.left = `${100 * (camera.x + seen.x * camera.zoom)}%`;
        cross.style.top = `${100 * (camera.y + seen.y * camera.zoom)}%`;
      }
    }
    found(this.#shown, ".pixel", HTMLElement).textContent = seen ? readingOf(seen, this.#row) : HINT;
  }

  /** @param {Sent[]} maps */
  #show(maps) {
    const shown = element("div", {}, element("section", { class: "maps lens" }, tools(), sheets(maps), words()));
    if (this.#shown) this.#shown.replaceWith(shown);
    else this.#root.append(shown);
    this.#shown = shown;
    const group = this.#group;
    const lens = new Lens(shown, () => group.mark(lens.seen), { camera: group.camera, onTurn: () => group.aim() });
    lens.picture = { side: this.#row.side, atGuideSize: true };
    this.#lens = lens;
    lens.aim();
    this.mark(null);
  }
}

function tools() {
  const buttons = ZOOMS.map(([way, text, label]) =>
    element("button", { type: "button", "data-zoom": way, "aria-label": label, title: label, text }),
  );
  const zoom = element("output", { class: "zoom", "aria-label": "Zoom of all maps" });
  return element("div", { class: "zooms", role: "group", "aria-label": "Zoom of all maps" }, ...buttons, zoom);
}

/** @param {Sent[]} maps */
const sheets = (maps) => element("div", { class: "sheets" }, ...maps.map(figure));

const words = () => element("p", { class: "pixel" });

/** @param {Sent} map */
function figure({ name, picture, alt, caption, bar }) {
  const image = element("img", { alt, src: picture, draggable: "false" });
  const cross = element("span", { class: "cross", "aria-hidden": "true", hidden: "" });
  const window = element("div", { class: "window", tabindex: 0, role: "group", "aria-label": name }, image, cross);
  const told = element("figcaption", { text: caption });
  return element("figure", {}, window, ...(bar ? scale(bar) : []), told);
}

/** @param {Bar} bar */
function scale({ gradient, ticks, unit }) {
  const bar = element("div", { class: "bar", "aria-hidden": "true" });
  bar.style.background = gradient;
  const steps = ticks.map((text) => element("span", { text }));
  return [bar, element("div", { class: "ticks" }, ...steps), element("div", { class: "unit", text: unit })];
}
