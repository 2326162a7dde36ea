// @ts-check
//
// What a map holds at a point, in words.

import { clamp } from "../shared/numbers.js";

/** @typedef {import("../shared/camera.js").Point} Point */

/**
 * A map's numbers, row by row: `steps` in whole numbers up to ±`MOST`, which stands for ±`top`.
 * @typedef {{steps: Int16Array, top: number, signed: boolean}} Numbers
 */

const MOST = 32767;

/**
 * Read numbers as the page sends them (pages/parts/ui/linked_maps.py): 16 bits each, the lower byte first, in base 64.
 * @param {string} text
 */
export function stepsOf(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Int16Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true));
}

/**
 * The column and row of the pixel at a point of a square picture.
 * @param {Point} seen
 * @param {number} side of the picture in pixels
 */
export function pixelAt({ x, y }, side) {
  /** @param {number} share */
  const cell = (share) => clamp(Math.floor(share * side), 0, side - 1);
  return { column: cell(x), row: cell(y) };
}

/**
 * A map's value at a pixel, to three digits.
 * @param {Numbers} numbers
 * @param {number} index of the pixel, row by row
 */
export function valueAt({ steps, top, signed }, index) {
  const value = Number(((steps[index] / MOST) * top).toPrecision(3));
  const sign = value < 0 ? "−" : signed && value > 0 ? "+" : "";
  return `${sign}${Math.abs(value)}`;
}

/**
 * What maps of one size hold at a point, as a sentence; maps without numbers say nothing.
 * @param {Point} seen
 * @param {{side: number, maps: {name: string, numbers: ?Numbers}[]}} row
 */
export function readingOf(seen, { side, maps }) {
  const { column, row } = pixelAt(seen, side);
  const said = maps.flatMap(({ name, numbers }) =>
    numbers ? [`${name} ${valueAt(numbers, row * side + column)}`] : [],
  );
  return `Column ${column}, row ${row}${said.length ? `: ${said.join(", ")}` : ""}.`;
}
