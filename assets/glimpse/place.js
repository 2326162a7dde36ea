// @ts-check

/** Side of a photograph that is glimpsed at, in px, and how far it stays from the pointer. */
const SIDE = 112;
const APART = 14;

/**
 * Return where a photograph goes whose point is at `x`, `y` of the window: to the left, for what Plotly says of it stands
 * to the right; where there is no room, above or below it.
 * @param {{x: number, y: number}} point
 * @returns {{left: number, top: number}}
 */
export function placeOf({ x, y }) {
  if (x >= SIDE + APART) return { left: x - SIDE - APART, top: Math.max(0, y - SIDE / 2) };
  return { left: Math.max(0, x - SIDE / 2), top: y >= SIDE + 2 * APART ? y - SIDE - 2 * APART : y + 2 * APART };
}

/**
 * Return the hash that a point of the map bears, null where it bears none.
 * @param {?{points?: {customdata?: unknown}[]}} [event] what Plotly tells
 * @returns {?string}
 */
export function hashOf(event) {
  const borne = event?.points?.[0]?.customdata;
  return Array.isArray(borne) && typeof borne[0] === "string" ? borne[0] : null;
}
