// @ts-check

/**
 * Whether a key is pressed together with one that makes it a shortcut of browser or system.
 * @param {KeyboardEvent} event
 */
export const isShortcut = (event) => event.altKey || event.ctrlKey || event.metaKey;

/**
 * Where an event happened, in shares of an element's width and height.
 * @param {MouseEvent} event
 * @param {Element} element
 */
export function shareOf(event, element) {
  const box = element.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

/**
 * Follow one pointer from where its main button goes down on `target` until it is let go, wherever it moves meanwhile.
 * @param {HTMLElement} target
 * @param {{start: (event: PointerEvent) => void, move: (event: PointerEvent) => void, end?: () => void}} drag
 */
export function onDrag(target, { start, move, end }) {
  /** @type {?number} */
  let followed = null;
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || followed !== null) return;
    target.setPointerCapture(event.pointerId);
    followed = event.pointerId;
    start(event);
  });
  target.addEventListener("pointermove", (event) => {
    if (event.pointerId === followed) move(event);
  });
  target.addEventListener("lostpointercapture", () => {
    if (followed === null) return;
    followed = null;
    end?.();
  });
}

/**
 * Call `act` with the event's time for a press by mouse, finger, keyboard or assistive technology: at once where there
 * is a pointer, because a click comes only when it is lifted.
 * @param {HTMLElement} target
 * @param {(at: number) => void} act
 * @param {AbortSignal} signal
 */
export function onPress(target, act, signal) {
  const options = { signal };
  target.addEventListener("pointerdown", (event) => event.button === 0 && act(event.timeStamp), options);
  target.addEventListener("click", (event) => event.detail === 0 && act(event.timeStamp), options);
}
