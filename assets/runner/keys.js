// @ts-check

const MORE_KEYS = "qwerty"; // after the ten digits

/**
 * The key for choice `index` of `count`: F and J for two, digits otherwise, then the row of letters below them.
 * @param {number} index
 * @param {number} count
 */
export function keyOf(index, count) {
  if (count === 2) return "fj"[index];
  return index < 10 ? String((index + 1) % 10) : MORE_KEYS[index - 10];
}

/**
 * What a key says, whatever the keyboard's layout does to its row of digits.
 * @param {{code: string, key: string}} event
 */
export function saidBy({ code, key }) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code);
  return digit ? digit[1] : key.toLowerCase();
}

const SIDES = [
  ["1", "arrowleft"],
  ["2", "arrowright"],
];

/** The keys of the left and of the right one of two pictures, as they are written on their buttons. */
export const SIDE_KEYS = SIDES.map(([key]) => key);

/**
 * Which of two pictures a key means: 0 for the left one, 1 for the right one, −1 for neither.
 * @param {{code: string, key: string}} event
 */
export const sideOf = (event) => SIDES.findIndex((keys) => keys.includes(saidBy(event)));

/**
 * Whether keys that are pressed there write something.
 * @param {EventTarget} target
 */
export const isWrittenInto = (target) =>
  target instanceof Element && target.matches("input:not([type=range]), textarea, select, [contenteditable]");

/**
 * Whether the space bar presses it by itself.
 * @param {EventTarget} target
 */
export const isPressedBySpace = (target) => target instanceof Element && target.matches("button, summary, input");
