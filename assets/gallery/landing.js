// @ts-check
//
// Where the keyboard goes on when a card has opened its picture. The button that was pressed goes with the gallery, and
// the focus with it: so the focus moves to the heading of the place that was opened.

const PATIENCE_MS = 120000; // how long a page may take until something else stands in the gallery’s place
const LOOK_MS = 100;

/** @type {?Element} what the last key pressed, if it pressed anything */
let pressed = null;
let presses = 0;

document.addEventListener(
  "keydown",
  ({ key, target }) => {
    presses += 1;
    pressed = (key === "Enter" || key === " ") && target instanceof Element ? target : null;
  },
  { capture: true },
);

document.addEventListener(
  "pointerdown",
  () => {
    presses += 1;
    pressed = null;
  },
  { capture: true },
);

/** Whether nothing has the focus. */
const isLost = () => document.activeElement === null || document.activeElement === document.body;

/** The gallery goes: once the button that a key pressed is gone too, take the focus to the heading. */
export function land() {
  const button = pressed;
  if (!button) return;
  pressed = null;
  const last = presses;
  const until = performance.now() + PATIENCE_MS;
  const look = () => {
    if (presses !== last || performance.now() > until) return;
    const heading = document.querySelector("h1");
    if (heading && !button.isConnected && isLost()) {
      heading.tabIndex = -1;
      heading.focus();
    }
    setTimeout(look, LOOK_MS); // the heading may be drawn anew until the page is whole
  };
  look();
}
