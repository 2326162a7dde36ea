// The square on the photograph. All arithmetic is in photograph pixels; the screen only gets percentages.
//
// Who owns what: the server owns the square, the person may change it. While a finger or the mouse is down, and until
// the server has answered the person's last change, what the person made stays on the screen; then the server's holds.

const KEY_IDLE_MS = 500;
const SMALL_STEP = 0.005; // of the photograph's shorter side, at least one pixel
const BIG_STEP = 0.05;
const TINY_ON_SCREEN = 72; // px below which the handles move outside
const CLICK_SLOP = 3; // px that a finger may wander and still have tapped

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** The nearest square of whole pixels inside the photograph, not smaller than allowed. */
function fitted({ left, top, side }, { width, height, smallest }) {
  const longest = Math.min(width, height);
  const s = Math.round(clamp(side, Math.min(smallest, longest), longest));
  return {
    left: Math.round(clamp(left, 0, width - s)),
    top: Math.round(clamp(top, 0, height - s)),
    side: s,
  };
}

/** The square whose corner (x, y: −1 or 1) is pulled by (dx, dy), while the opposite corner stays. */
function pulled(from, { x, y }, dx, dy, { width, height, smallest }) {
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

/** The square after a key, or null when the key means nothing here. */
function stepped(from, key, bigger, photograph) {
  const shorter = Math.min(photograph.width, photograph.height);
  const d = Math.max(1, Math.round(shorter * (bigger ? BIG_STEP : SMALL_STEP)));
  const moved = (dx, dy) => fitted({ ...from, left: from.left + dx, top: from.top + dy }, photograph);
  const sized = (by) =>
    fitted({ left: from.left - by, top: from.top - by, side: from.side + 2 * by }, photograph);
  switch (key) {
    case "ArrowLeft": return moved(-d, 0);
    case "ArrowRight": return moved(d, 0);
    case "ArrowUp": return moved(0, -d);
    case "ArrowDown": return moved(0, d);
    case "+": case "=": return sized(d);
    case "-": case "_": return sized(-d);
    default: return null;
  }
}

const same = (a, b) => a.left === b.left && a.top === b.top && a.side === b.side;

class Cropper {
  constructor(root) {
    this.stage = root.querySelector(".stage");
    this.picture = root.querySelector("img");
    this.square = root.querySelector(".square");
    this.gesture = null;
    this.keyTimer = null;
    this.revision = null; // number of the last message; the server repeats it when it has taken it
    this.awaited = null;
    this.square.addEventListener("pointerdown", (event) => this.take(event));
    this.square.addEventListener("pointermove", (event) => this.drag(event));
    this.square.addEventListener("lostpointercapture", () => this.letGo());
    this.square.addEventListener("keydown", (event) => this.press(event));
    this.square.addEventListener("blur", () => this.settle());
    this.stage.addEventListener("click", (event) => this.centreOn(event));
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.stage);
  }

  /** Take what the server says: the picture always, the square unless the person is ahead of it. */
  update({ data, setTriggerValue }) {
    this.tell = setTriggerValue;
    this.server = data;
    this.revision ??= data.revision;
    if (data.revision === this.awaited) this.awaited = null;
    if (this.picture.getAttribute("src") !== data.preview) this.picture.src = data.preview;
    this.stage.style.aspectRatio = `${data.width} / ${data.height}`;
    this.stage.style.maxWidth = `min(100%, ${(70 * data.width) / data.height}vh)`;
    this.adopt();
  }

  adopt() {
    const ahead = this.gesture !== null || this.keyTimer !== null || this.awaited !== null;
    if (ahead) return;
    const { left, top, side } = this.server;
    this.crop = { left, top, side };
    this.draw();
  }

  draw() {
    if (!this.crop) return;
    const { width, height, smallest } = this.server;
    const { left, top, side } = this.crop;
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    Object.assign(this.square.style, {
      left: percent(left, width),
      top: percent(top, height),
      width: percent(side, width),
      height: percent(side, height),
    });
    const longest = Math.min(width, height);
    const onScreen = (side / width) * this.stage.clientWidth;
    this.square.classList.toggle("tiny", onScreen < TINY_ON_SCREEN);
    this.square.setAttribute("aria-valuemin", Math.min(smallest, longest));
    this.square.setAttribute("aria-valuemax", longest);
    this.square.setAttribute("aria-valuenow", side);
    this.square.setAttribute(
      "aria-valuetext",
      `${side} pixels wide, ${left} from the left and ${top} from the top, of ${width} by ${height}`,
    );
  }

  take(event) {
    if (event.button !== 0 || this.gesture) return;
    const { x, y } = event.target.dataset;
    this.square.setPointerCapture(event.pointerId);
    this.gesture = {
      pointer: event.pointerId,
      corner: x ? { x: Number(x), y: Number(y) } : null,
      from: this.crop,
      clientX: event.clientX,
      clientY: event.clientY,
    };
  }

  drag(event) {
    if (!this.gesture || event.pointerId !== this.gesture.pointer) return;
    const { corner, from, clientX, clientY } = this.gesture;
    const perPixel = this.server.width / this.stage.clientWidth;
    const dx = (event.clientX - clientX) * perPixel;
    const dy = (event.clientY - clientY) * perPixel;
    this.crop = corner
      ? pulled(from, corner, dx, dy, this.server)
      : fitted({ ...from, left: from.left + dx, top: from.top + dy }, this.server);
    this.draw();
  }

  letGo() {
    if (!this.gesture) return;
    const { from } = this.gesture;
    this.gesture = null;
    if (same(from, this.crop)) this.adopt();
    else this.send();
  }

  /** A tap outside the square brings it there: the only way to reach a tiny square with a finger. */
  centreOn(event) {
    if (event.target.closest(".square")) return;
    const box = this.stage.getBoundingClientRect();
    const perPixel = this.server.width / this.stage.clientWidth;
    const { side } = this.crop;
    const centred = fitted(
      {
        left: (event.clientX - box.left) * perPixel - side / 2,
        top: (event.clientY - box.top) * perPixel - side / 2,
        side,
      },
      this.server,
    );
    if (same(centred, this.crop)) return;
    this.crop = centred;
    this.draw();
    this.send();
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || this.gesture) return;
    const next = stepped(this.crop, event.key, event.shiftKey, this.server);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    if (same(next, this.crop)) return;
    this.crop = next;
    this.draw();
    clearTimeout(this.keyTimer);
    this.keyTimer = setTimeout(() => this.settle(), KEY_IDLE_MS);
  }

  settle() {
    if (this.keyTimer === null) return;
    clearTimeout(this.keyTimer);
    this.keyTimer = null;
    this.send();
  }

  send() {
    this.revision += 1;
    this.awaited = this.revision;
    this.tell("crop", { ...this.crop, revision: this.revision });
  }

  close() {
    clearTimeout(this.keyTimer);
    this.resized.disconnect();
  }
}

const croppers = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!croppers.has(root)) croppers.set(root, new Cropper(root));
  croppers.get(root).update(component);
  return () => {
    croppers.get(root)?.close();
    croppers.delete(root);
  };
}
