// @ts-check
//
// Squares of whole pixels on a photograph. All arithmetic is in photograph pixels.

import { clamp } from "../shared/numbers.js";

/**
 * @typedef {{left: number, top: number, side: number}} Square
 * @typedef {{width: number, height: number, smallest: number}} Photograph `smallest` is the least side of a square
 * @typedef {{x: number, y: number}} Corner −1 or 1 each
 */

const SMALL_STEP = 0.005; // of the photograph's shorter side, at least one pixel
const BIG_STEP = 0.05;

/**
 * The nearest square of whole pixels inside the photograph, not smaller than allowed.
 * @param {Square} square
 * @param {Photograph} photograph
 * @returns {Square}
 */
export function fitted({ left, top, side }, { width, height, smallest }) {
  const longest = Math.min(width, height);
  const s = Math.round(clamp(side, Math.min(smallest, longest), longest));
  return {
    left: Math.round(clamp(left, 0, width - s)),
    top: Math.round(clamp(top, 0, height - s)),
    side: s,
  };
}

/**
 * The square whose corner is pulled by (dx, dy), while the opposite corner stays.
 * @param {Square} from
 * @param {Corner} corner
 * @param {{dx: number, dy: number}} by
 * @param {Photograph} photograph
 * @returns {Square}
 */
export function pulled(from, { x, y }, { dx, dy }, { width, height, smallest }) {
  const roomX = x > 0 ? width - from.left : from.left + from.side;
  const roomY = y > 0 ? height - from.top : from.top + from.side;
  const longest = Math.min(roomX, roomY);
  const wanted = from.side + (x * dx + y * dy) / 2;
  const side = Math.round(clamp(wanted, Math.min(smallest, longest), longest));
  return {
    left: x > 0 ? from.left : from.left + from.side - side,
    top: y > 0 ? from.top : from.top + from.side - side,
    side,
  };
}

/**
 * The square moved by (dx, dy).
 * @param {Square} from
 * @param {{dx: number, dy: number}} by
 * @param {Photograph} photograph
 */
export function moved(from, { dx, dy }, photograph) {
  return fitted({ ...from, left: from.left + dx, top: from.top + dy }, photograph);
}

/**
 * The square after a key, or null when the key means nothing here.
 * @param {Square} from
 * @param {{key: string, shiftKey: boolean}} pressed Shift takes bigger steps
 * @param {Photograph} photograph
 */
export function stepped(from, { key, shiftKey }, photograph) {
  const shorter = Math.min(photograph.width, photograph.height);
  const d = Math.max(1, Math.round(shorter * (shiftKey ? BIG_STEP : SMALL_STEP)));
  /** @param {number} by */
  const sized = (by) => fitted({ left: from.left - by, top: from.top - by, side: from.side + 2 * by }, photograph);
  switch (key) {
    case "ArrowLeft":
      return moved(from, { dx: -d, dy: 0 }, photograph);
    case "ArrowRight":
      return moved(from, { dx: d, dy: 0 }, photograph);
    case "ArrowUp":
      return moved(from, { dx: 0, dy: -d }, photograph);
    case "ArrowDown":
      return moved(from, { dx: 0, dy: d }, photograph);
    case "+":
    case "=":
      return sized(d);
    case "-":
    case "_":
      return sized(-d);
    default:
      return null;
  }
}

/**
 * @param {Square} a
 * @param {Square} b
 */
export const isSame = (a, b) => a.left === b.left && a.top === b.top && a.side === b.side;
