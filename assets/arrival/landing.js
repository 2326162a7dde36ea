// @ts-check
//
// Where the keyboard goes on when what a key pressed is gone with what the page drew in its place. The focus moves to the
// part of the page in which it stood; where the whole page is another one, to its heading. A button that was only off
// for a while, as that of a file is while the file is made, gets it back.

const PATIENCE_MS = 120000; // how long a page may take until something else stands there
const LOOK_MS = 100;
const WHOLE_PAGE = "[data-testid=stMainBlockContainer]";

/** @type {?Element} what the last key pressed, if it pressed anything */
let pressed = null;
let presses = 0;
let listens = false;

/** Begin to look after the focus; once for a document. */
export function lookAfterTheFocus() {
  if (listens) return;
  listens = true;
  document.addEventListener("pointerdown", () => note(null), { capture: true });
  document.addEventListener(
    "keydown",
    ({ key, target }) => {
      note((key === "Enter" || key === " ") && target instanceof Element ? target : null);
      if (pressed) land(pressed, partsAround(pressed));
    },
    { capture: true },
  );
}

/** @param {?Element} by what a key pressed */
function note(by) {
  presses += 1;
  pressed = by;
}

/** Whether nothing has the focus. */
const isLost = () => document.activeElement === null || document.activeElement === document.body;

/**
 * The parts of the page that `button` stands in, the smallest first, but for those that are the whole page.
 * @param {Element} button
 */
function partsAround(button) {
  /** @type {HTMLElement[]} */
  const parts = [];
  const page = button.closest(WHOLE_PAGE);
  for (let part = button.parentElement; page && part && part.parentElement !== page && part !== page; ) {
    parts.push(part);
    part = part.parentElement;
  }
  return parts;
}

/**
 * Focus `button` where it is still there, unless it is off; else what is left of `parts`, or the heading.
 * @param {Element} button
 * @param {readonly HTMLElement[]} parts
 */
function landOn(button, parts) {
  if (button.isConnected) {
    if (button instanceof HTMLButtonElement && !button.disabled) button.focus({ preventScroll: true });
    return;
  }
  const place = parts.find((part) => part.isConnected) ?? document.querySelector("h1");
  if (place) {
    place.tabIndex = -1;
    place.focus({ preventScroll: true }); // what is seen stays where it is
  }
}

/**
 * Once `button` is gone or off and the focus with it, take it back to the button, to what is left of `parts`, or else to
 * the heading; until another key is pressed, for what stands there may be drawn anew until the page is whole.
 * @param {Element} button
 * @param {readonly HTMLElement[]} parts
 */
function land(button, parts) {
  const last = presses;
  const until = performance.now() + PATIENCE_MS;
  const look = () => {
    if (presses !== last || performance.now() > until) return;
    if (isLost()) landOn(button, parts);
    setTimeout(look, LOOK_MS);
  };
  look();
}
