// @ts-check
//
// Which pixels of a square picture may change: one number each, 1 or 0, row by row. Every function returns a new mask.

import { clamp } from "../shared/numbers.js";

/** @typedef {{x: number, y: number}} Cell column and row of a pixel, whole numbers */

/**
 * The mask with a disc around a pixel set to `value`.
 * @param {Uint8Array} mask
 * @param {number} side
 * @param {Cell} at
 * @param {{radius: number, value: 0 | 1}} brush `radius` in pixels; 0.5 is one pixel
 */
export function brushed(mask, side, at, { radius, value }) {
  const next = mask.slice();
  const reach = Math.ceil(radius);
  for (let y = Math.max(0, at.y - reach); y <= Math.min(side - 1, at.y + reach); y++) {
    for (let x = Math.max(0, at.x - reach); x <= Math.min(side - 1, at.x + reach); x++) {
      if (Math.hypot(x - at.x, y - at.y) <= radius) next[y * side + x] = value;
    }
  }
  return next;
}

/**
 * The mask with the piece of the picture that holds a pixel set to `value`.
 * @param {Uint8Array} mask
 * @param {Uint16Array} pieces the number of every pixel's piece
 * @param {number} at which pixel
 * @param {0 | 1} value
 */
export const withPiece = (mask, pieces, at, value) => mask.map((old, i) => (pieces[i] === pieces[at] ? value : old));

/**
 * The pixel after a key, or null when the key means nothing here.
 * @param {Cell} from
 * @param {{key: string, shiftKey: boolean}} pressed Shift takes steps of eight pixels
 * @param {number} side
 * @returns {?Cell}
 */
export function stepped({ x, y }, { key, shiftKey }, side) {
  const by = shiftKey ? 8 : 1;
  /** @type {Record<string, [number, number]>} */
  const ways = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
  if (!Object.hasOwn(ways, key)) return null;
  const [dx, dy] = ways[key];
  return { x: clamp(x + dx, 0, side - 1), y: clamp(y + dy, 0, side - 1) };
}

/**
 * The mask as text: eight pixels a byte, the first one its highest bit, in base 64.
 * @param {Uint8Array} mask
 */
export function packed(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  for (let i = 0; i < mask.length; i++) if (mask[i]) bytes[i >> 3] |= 128 >> (i & 7);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * The bytes of a text in base 64.
 * @param {string} text
 */
export const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/**
 * The mask of a text that `packed` made.
 * @param {string} text
 * @param {number} pixels how many
 */
export function unpackedMask(text, pixels) {
  const bytes = bytesOf(text);
  return Uint8Array.from({ length: pixels }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1);
}
