// @ts-check
//
// The scale below the map of changes.

import { element } from "../shared/dom.js";
import { signed } from "../shared/numbers.js";
import { shade } from "./shades.js";

const STOPS = 16; // on each side of no change

/**
 * Colour the bar as the map is coloured.
 * @param {HTMLElement} bar
 */
export function drawBar(bar) {
  const stops = Array.from({ length: 2 * STOPS + 1 }, (_, i) => {
    const [r, g, b, alpha] = shade((i - STOPS) / STOPS);
    return `rgb(${r} ${g} ${b} / ${alpha / 255})`;
  });
  bar.style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
}

/**
 * Write the numbers below the bar.
 * @param {HTMLElement} ticks
 * @param {number} limit end of the scale, in grey levels
 */
export function drawTicks(ticks, limit) {
  const values = [-limit, -limit / 2, 0, limit / 2, limit];
  ticks.replaceChildren(...values.map((value) => element("span", { text: value ? signed(value, 0) : "0" })));
}
