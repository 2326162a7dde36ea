// The viewer: composes every ε of a film by itself. lwise_core/enhancement/viewer_payload.py says how a film is written and why two taps a
// pixel and axis are enough.
//
// Who owns what: the server owns the position, the person may change it. While the person moves the slider or plays,
// and until the server has answered the last change, what the person made stays; then the server's holds. Frames that
// arrived stay here, so the server sends each once; whoever lacks some says from which on.

const MAGIC = "LWFILM01";
const FILMS_KEPT = 2; // as viewer.py counts them
const KEY_IDLE_MS = 500;
const HAND_OVER_MS = 10000; // how long a viewer that is drawn anew takes over what the one before had not told
const FOCUS_MS = 1500; // how long after its last key the slider gets the focus back when it is drawn anew
const SPEAK_IDLE_MS = 700;
const ASK_AGAIN_MS = 3000;
const TELL_AGAIN_MS = 4000; // a message that meets a page in the making can be dropped, without a word
const PLAY_MS = 120;
const PLAY_CALM_MS = 1000; // where the system asks for reduced motion
const BLINK_MS = 400; // 2.5 changes a second, below 3 Hz however they are counted
const LARGEST_ZOOM = 32;
const ZOOM_STEP = 1.5;
const PAN_STEP = 0.1;
const PIXELS_FROM = 5; // screen pixels a picture's pixel covers when its edges are drawn sharp
const LUMA = [0.2126, 0.7152, 0.0722]; // Rec. ITU-R BT.709-6, as in lwise_core/images/heatmaps.py
const DARKER = [0, 114, 178];
const LIGHTER = [213, 94, 0];
const SHADES = 512; // on each side of no change

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const signed = (value, digits) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(digits);
const plain = (value, digits) => value.toFixed(digits).replace("-", "−");
const text = (bytes) => new TextDecoder().decode(bytes);

// ---------------------------------------------------------------------------------------------- reading

/** Split what the server sent: its own words, the header of the film, and the film's packed sections. */
function opened(data) {
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wordsEnd = 4 + numbers.getUint32(0, true);
  const magicEnd = wordsEnd + MAGIC.length;
  if (text(bytes.subarray(wordsEnd, magicEnd)) !== MAGIC) throw new Error("This is not a film that the viewer reads.");
  const headerEnd = magicEnd + 4 + numbers.getUint32(magicEnd, true);
  return {
    words: JSON.parse(text(bytes.subarray(4, wordsEnd))),
    header: JSON.parse(text(bytes.subarray(magicEnd + 4, headerEnd))),
    packed: bytes.subarray(headerEnd),
  };
}

async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** One film as far as it has arrived. */
class Film {
  constructor(id) {
    this.id = id;
    this.frames = new Map();
    this.original = null; // Uint8Array (C, C, 3)
  }

  take(header, body) {
    this.about = header;
    const { original, starts, weights } = header.sections;
    if (original && !this.original) {
      this.original = summedAlongRows(new Uint8Array(body.slice(original[0], original[0] + original[1])), header.side);
      this.starts = new Uint16Array(body.slice(starts[0], starts[0] + starts[1]));
      this.weights = new Float32Array(body.slice(weights[0], weights[0] + weights[1]));
    }
    for (const [index, base, bits, offset, length] of header.frames) {
      if (this.frames.has(index) || (base && !this.frames.has(base))) continue;
      const bytes = body.slice(offset, offset + length);
      const levels = new Int16Array(bits === 16 ? bytes : new Int8Array(bytes));
      const before = this.frames.get(base);
      if (before) for (let i = 0; i < levels.length; i++) levels[i] += before[i];
      this.frames.set(index, levels);
    }
  }

  /** The first frame that a position needs and that is not here; null when nothing is missing. */
  get missing() {
    if (!this.original) return 0;
    const lacking = this.about.positions.map(([best]) => best).filter((best) => best && !this.frames.has(best));
    return lacking.length ? Math.min(...lacking) : null;
  }

  /** The last position that can be shown. */
  get reached() {
    const first = this.about.positions.findIndex(([best]) => best && !this.frames.has(best));
    return (first < 0 ? this.about.positions.length : first) - 1;
  }

  levels(position) {
    return this.frames.get(this.about.positions[position][0]) ?? null; // frame 0 is no change
  }
}

function summedAlongRows(differences, side) {
  for (let row = 0; row < side; row++) {
    const start = row * side * 3;
    for (let i = start + 3; i < start + side * 3; i++) differences[i] += differences[i - 3];
  }
  return differences;
}

const films = new Map();

/** The film called `id`, marked as the one used last; the oldest goes when there are too many. */
function filmCalled(id) {
  const film = films.get(id) ?? new Film(id);
  films.delete(id);
  films.set(id, film);
  if (films.size > FILMS_KEPT) films.delete(films.keys().next().value);
  return film;
}

// ---------------------------------------------------------------------------------------------- composing

/** Colour of a change of lightness on the fixed scale: no change is clear, opacity grows as its 2/3 power. */
function shade(share) {
  const [r, g, b] = share < 0 ? DARKER : LIGHTER;
  return [r, g, b, Math.round(255 * Math.abs(share) ** (2 / 3))];
}

const shades = (() => {
  const colours = new Uint8ClampedArray((2 * SHADES + 1) * 4);
  for (let i = 0; i <= 2 * SHADES; i++) colours.set(shade((i - SHADES) / SHADES), i * 4);
  return new Uint32Array(colours.buffer);
})();

/** The pictures of one film as canvases want them, rewritten for every position. */
class Composer {
  constructor(film, limit) {
    const { side, grid } = film.about;
    this.film = film;
    this.limit = limit;
    this.original = new ImageData(side, side);
    this.altered = new ImageData(side, side);
    this.change = new ImageData(side, side);
    this.shaded = new Uint32Array(this.change.data.buffer);
    this.wide = new Float32Array(grid * 3 * side);
    this.altered.data.fill(255);
    const out = this.original.data.fill(255);
    const from = film.original;
    for (let i = 0, o = 0; i < from.length; i += 3, o += 4) {
      out[o] = from[i];
      out[o + 1] = from[i + 1];
      out[o + 2] = from[i + 2];
    }
  }

  /** Write the altered picture at `position`, and its map where `mapped`. */
  compose(position, { mapped }) {
    const levels = this.film.levels(position);
    if (levels) {
      this.widen(levels);
      this.heighten(mapped);
    } else {
      this.altered.data.set(this.original.data);
      this.shaded.fill(shades[SHADES]);
      this.beyond = 0;
    }
  }

  /** First axis: spread each row of the frame over the picture's width, in grey levels. */
  widen(levels) {
    const { film, wide } = this;
    const { side, grid, level } = film.about;
    const { starts, weights } = film;
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < grid; y++) {
        const from = (c * grid + y) * grid;
        const to = (y * 3 + c) * side;
        for (let x = 0; x < side; x++) {
          const at = from + starts[x];
          wide[to + x] = level * (weights[2 * x] * levels[at] + weights[2 * x + 1] * levels[at + 1]);
        }
      }
    }
  }

  /** Second axis: add to the original. The clamped array rounds half to even, as the export does. Where `mapped`, also
      colour the change of lightness on its fixed scale and count the pixels beyond it. */
  heighten(mapped) {
    const { film, wide, shaded, limit } = this;
    const { side } = film.about;
    const { starts, weights, original } = film;
    const out = this.altered.data;
    const row = 3 * side;
    const [lumaR, lumaG, lumaB] = LUMA;
    const perGreyLevel = SHADES / limit;
    let beyond = 0;
    for (let y = 0; y < side; y++) {
      const first = weights[2 * y];
      const second = weights[2 * y + 1];
      let above = starts[y] * row;
      let pixel = y * side;
      for (let x = 0; x < side; x++, above++, pixel++) {
        const below = above + row;
        const i = 3 * pixel;
        const o = 4 * pixel;
        const oldR = original[i];
        const oldG = original[i + 1];
        const oldB = original[i + 2];
        const r = oldR + first * wide[above] + second * wide[below];
        const g = oldG + first * wide[above + side] + second * wide[below + side];
        const b = oldB + first * wide[above + 2 * side] + second * wide[below + 2 * side];
        out[o] = r;
        out[o + 1] = g;
        out[o + 2] = b;
        if (mapped) {
          const lighter =
            lumaR * ((r < 0 ? 0 : r > 255 ? 255 : r) - oldR) +
            lumaG * ((g < 0 ? 0 : g > 255 ? 255 : g) - oldG) +
            lumaB * ((b < 0 ? 0 : b > 255 ? 255 : b) - oldB);
          let at = lighter * perGreyLevel;
          if (at > SHADES || at < -SHADES) {
            beyond++;
            at = at > 0 ? SHADES : -SHADES;
          }
          shaded[pixel] = shades[(at + SHADES + 0.5) | 0];
        }
      }
    }
    if (mapped) this.beyond = beyond / (side * side);
  }
}

// ---------------------------------------------------------------------------------------------- view of all panels

/** Zoom and pan, shared by all panels: (x, y) is where the picture's corner lies, in widths of a panel. */
class Camera {
  constructor() {
    this.whole();
  }

  whole() {
    Object.assign(this, { zoom: 1, x: 0, y: 0 });
  }

  zoomAt(factor, at) {
    const zoom = clamp(this.zoom * factor, 1, LARGEST_ZOOM);
    const x = at.x - ((at.x - this.x) / this.zoom) * zoom;
    const y = at.y - ((at.y - this.y) / this.zoom) * zoom;
    Object.assign(this, { zoom });
    this.moveTo(x, y);
  }

  moveTo(x, y) {
    this.x = clamp(x, 1 - this.zoom, 0);
    this.y = clamp(y, 1 - this.zoom, 0);
  }

  /** What of the picture lies at a point of a panel, both as shares of their width. */
  seenAt({ x, y }) {
    return { x: (x - this.x) / this.zoom, y: (y - this.y) / this.zoom };
  }
}

const CENTRE = { x: 0.5, y: 0.5 };

class Viewer {
  constructor(root) {
    const one = (selector) => root.querySelector(selector);
    this.frame = one(".viewer");
    this.panels = one(".panels");
    this.slider = one(".epsilon");
    this.player = one(".play");
    this.divider = one(".divider");
    this.pixel = one(".pixel");
    this.modes = [...root.querySelectorAll("[name=mode]")];
    this.windows = [...root.querySelectorAll(".window")];
    this.canvases = Object.fromEntries([...root.querySelectorAll("canvas")].map((c) => [c.className, c]));
    this.sheets = { original: one(".sheet.original"), altered: one(".sheet.altered") };
    this.figures = Object.fromEntries([...root.querySelectorAll(".panel")].map((p) => [p.dataset.shows, p]));
    this.one = one;

    this.camera = new Camera();
    this.mode = "side";
    this.wipe = 50;
    this.pointers = new Map();
    this.wanted = null; // the position that slider or server asks for; shown as far as it is computed
    this.gesture = false;
    this.keyTimer = null;
    this.revision = null;
    this.awaited = null;
    this.lastKey = -Infinity;
    this.queue = Promise.resolve();

    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.onCalm = () => this.respectCalm();
    this.calm.addEventListener("change", this.onCalm);
    this.resized = new ResizeObserver(() => this.aim());
    this.resized.observe(this.panels);
    this.listen(root);
    this.drawScale();
    this.respectCalm();
    this.hint();
  }

  /** Streamlit may draw the viewer anew in the middle of a gesture: the hand keeps its place, and nothing is lost. */
  takeOver() {
    const { at, picture, untold, lastKey } = handedOver ?? {};
    handedOver = null;
    const now = performance.now();
    if (picture !== this.server.picture || now - at > HAND_OVER_MS) return;
    if (now - lastKey < FOCUS_MS) this.slider.focus({ preventScroll: true });
    if (untold !== null) this.slide(untold);
  }

  listen(root) {
    this.slider.addEventListener("keydown", () => (this.lastKey = performance.now()));
    this.slider.addEventListener("pointerdown", () => { this.gesture = true; this.pause(); });
    this.slider.addEventListener("input", () => this.slide(Number(this.slider.value)));
    this.slider.addEventListener("change", () => { if (this.gesture) this.letGo(); });
    for (const end of ["pointerup", "pointercancel"]) this.slider.addEventListener(end, () => this.letGo());
    this.slider.addEventListener("blur", () => this.settle());
    this.player.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    for (const mode of this.modes) mode.addEventListener("change", () => this.choose(mode.value));
    for (const button of root.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.zoomBy(button.dataset.zoom, CENTRE));
    }
    for (const window of this.windows) {
      window.addEventListener("wheel", (event) => this.wheel(event, window), { passive: false });
      window.addEventListener("pointerdown", (event) => this.grasp(event, window));
      window.addEventListener("pointermove", (event) => this.move(event, window));
      for (const end of ["pointerup", "pointercancel"]) {
        window.addEventListener(end, (event) => this.release(event, window));
      }
      window.addEventListener("pointerleave", () => this.hint());
      window.addEventListener("keydown", (event) => this.press(event, window));
      window.addEventListener("blur", () => { window.classList.remove("reading"); this.hint(); });
    }
    this.divider.addEventListener("pointerdown", (event) => this.pull(event));
    this.divider.addEventListener("pointermove", (event) => this.pull(event));
    this.divider.addEventListener("keydown", (event) => this.pushDivider(event));
  }

  // ---- what arrives

  /** Take what the server says: frames always, the position unless the person is ahead of it. */
  update({ data, setTriggerValue }) {
    this.tell = setTriggerValue;
    if (data === this.data) return;
    this.data = data;
    this.queue = this.queue.then(() => this.receive(data)).catch((error) => this.fail(error));
  }

  async receive(data) {
    const { words, header, packed } = opened(data);
    const body = await unpacked(packed);
    if (this.closed) return;
    const film = filmCalled(header.film);
    film.take(header, body);
    this.server = words;
    this.revision ??= words.revision;
    if (words.revision === this.awaited) {
      this.awaited = null;
      clearTimeout(this.tellTimer);
    }
    this.ask(film);
    if (film.original) this.show(film);
  }

  fail(error) {
    this.one(".progress").textContent = "The pictures could not be read. Reload the page.";
    console.error(error);
  }

  /** Ask the server for what is missing, once, and again when no answer came. */
  ask(film) {
    const first = film.missing;
    clearTimeout(this.askTimer);
    if (first === null) {
      this.asked = null;
      return;
    }
    this.askTimer = setTimeout(() => { this.asked = null; this.ask(film); }, ASK_AGAIN_MS);
    const question = `${film.id} ${first}`;
    if (question === this.asked) return;
    this.asked = question;
    this.tell("missing", { film: film.id, first });
  }

  show(film) {
    if (this.film !== film) {
      this.film = film;
      this.composer = new Composer(film, this.server.limit);
      const { side } = film.about;
      for (const canvas of Object.values(this.canvases)) Object.assign(canvas, { width: side, height: side });
      this.canvases.original.getContext("2d").putImageData(this.composer.original, 0, 0);
    }
    this.slider.max = film.about.planned;
    this.slider.disabled = false; // before there is a film, no position means anything, and a key would be lost
    const share = film.reached / film.about.planned;
    this.one(".reach div").style.width = `${100 * share}%`;
    this.one(".reach").hidden = share >= 1;
    this.one(".progress").textContent =
      share >= 1 ? "" : `Computed up to ε ${this.epsilonAt(film.reached)} of ${this.epsilonAt(film.about.planned)}.`;
    this.name();
    this.aim();
    this.adopt();
  }

  adopt() {
    const ahead = this.gesture || this.keyTimer !== null || this.awaited !== null || this.playing;
    if (!ahead || this.wanted === null) this.wanted = this.server.step;
    if (handedOver !== null) this.takeOver();
    this.refresh();
  }

  close() {
    const untold = this.gesture || this.keyTimer !== null || this.awaited !== null;
    if (this.server) {
      const { lastKey } = this;
      handedOver = { at: performance.now(), picture: this.server.picture, untold: untold ? this.wanted : null, lastKey };
    }
    this.closed = true;
    this.pause({ silent: true });
    clearTimeout(this.keyTimer);
    clearTimeout(this.speakTimer);
    clearTimeout(this.askTimer);
    clearTimeout(this.tellTimer);
    clearInterval(this.blinking);
    cancelAnimationFrame(this.scheduled);
    this.calm.removeEventListener("change", this.onCalm);
    this.resized.disconnect();
  }

  // ---- the position

  /** Where the slider stands: what the person asked for, computed or not. */
  get chosen() {
    return clamp(this.wanted ?? 0, 0, this.film.about.planned);
  }

  /** What is shown: as much of it as is computed. */
  get position() {
    return Math.min(this.chosen, this.film.reached);
  }

  epsilonAt(position) {
    return (position * this.film.about.step).toFixed(2);
  }

  slide(position) {
    this.wanted = position;
    if (!this.gesture) {
      clearTimeout(this.keyTimer);
      this.keyTimer = setTimeout(() => this.settle(), KEY_IDLE_MS);
    }
    this.refresh();
  }

  letGo() {
    if (!this.gesture) return;
    this.gesture = false;
    this.send();
  }

  settle() {
    if (this.keyTimer === null) return;
    clearTimeout(this.keyTimer);
    this.keyTimer = null;
    this.send();
  }

  send() {
    if (!this.film) return;
    this.wanted = this.chosen;
    this.refresh();
    if (this.awaited === null && this.wanted === this.server.step) return;
    this.revision += 1;
    this.awaited = this.revision;
    this.say({ step: this.wanted, revision: this.revision });
  }

  /** Tell the server, again and again until it has answered. */
  say(told) {
    clearTimeout(this.tellTimer);
    this.tell("step", told);
    this.tellTimer = setTimeout(() => this.say(told), TELL_AGAIN_MS);
  }

  play() {
    if (!this.film || !this.film.reached) return;
    this.settle();
    if (this.position >= this.film.reached) this.wanted = 0;
    this.playing = setInterval(() => {
      this.wanted = this.position >= this.film.reached ? 0 : this.position + 1;
      this.refresh();
    }, this.calm.matches ? PLAY_CALM_MS : PLAY_MS);
    this.markPlaying();
  }

  pause({ silent = false } = {}) {
    if (!this.playing) return;
    clearInterval(this.playing);
    this.playing = null;
    this.markPlaying();
    if (!silent && !this.gesture) this.send();
  }

  markPlaying() {
    this.player.textContent = this.playing ? "⏸" : "▶";
    this.player.setAttribute("aria-label", this.playing ? "Pause" : "Play");
  }

  /** Redraw with the next frame of the screen, once however often it is asked for. */
  refresh() {
    if (!this.film) return;
    this.scheduled ??= requestAnimationFrame(() => {
      this.scheduled = null;
      this.draw();
    });
  }

  draw() {
    const { position, composer, canvases } = this;
    const mapped = this.mode === "side" || this.mode === "change";
    composer.compose(position, { mapped });
    canvases.altered.getContext("2d").putImageData(composer.altered, 0, 0);
    if (mapped) canvases.change.getContext("2d").putImageData(composer.change, 0, 0);
    this.frame.dataset.position = position;
    this.frame.dataset.film = this.film.id;
    this.read(position);
    if (this.reading) this.readPixel();
  }

  // ---- words and numbers

  read(position) {
    const { about } = this.film;
    const [, spent, logit, choice, provisional] = about.positions[position];
    const epsilon = this.epsilonAt(position);
    const before = about.positions[0][2];
    const caution = about.caution !== null && position * about.step > about.caution;
    const put = (name, value) => (this.one(`[data-reading=${name}]`).textContent = value);
    const { chosen } = this;
    // Never pulled back to what is computed: keys that are pressed meanwhile would be lost.
    if (Number(this.slider.value) !== chosen) this.slider.value = chosen;
    const grey = spent * about.greyLevels;
    const ahead = chosen > position ? `ε ${this.epsilonAt(chosen)}, shown up to ` : "";
    this.slider.setAttribute("aria-valuetext", `${ahead}ε ${epsilon}, ${grey.toFixed(1)} grey levels`);
    this.one(".asked").textContent = `${ahead}ε ${epsilon}${caution ? " (caution)" : ""}`;
    const budget = (value) => `${(value * about.at224).toFixed(2)} (ε ${value.toFixed(2)})`;
    put("asked", budget(position * about.step));
    put("spent", budget(spent));
    put("grey", grey.toFixed(1));
    put("logit", `${plain(logit, 2)} (${signed(logit - before, 2)})${provisional ? " provisional" : ""}`);
    put("choice", about.classes[choice]);
    const made = `AI-altered ${about.harder ? "away from" : "towards"} ${about.towards}, ε ${epsilon}`;
    this.caption(made);
    clearTimeout(this.speakTimer);
    if (this.playing) return;
    this.speakTimer = setTimeout(() => {
      this.one("[role=status]").textContent =
        `${made}. ${grey.toFixed(1)} grey levels, logit ${plain(logit, 2)}, first choice ${about.classes[choice]}.` +
        (caution ? " Caution: above seven times the guide’s training budget." : "");
    }, SPEAK_IDLE_MS);
  }

  caption(made) {
    const { remark } = this.server;
    const altered = {
      side: `${made}. ${remark}`,
      wipe: `Left the original, right ${made}. ${remark}`,
      blink: `${this.away ? "Now: original" : "Now: altered"}. ${made}. ${remark}`,
    }[this.mode];
    if (altered) this.figures.altered.querySelector("figcaption").textContent = altered;
    if (this.composer.beyond === undefined) return;
    const { limit } = this.server;
    const { beyond } = this.composer;
    const share = beyond === 0 ? "No pixel" : beyond < 0.001 ? "Less than 0.1% of pixels" : `${(100 * beyond).toFixed(1)}% of pixels`;
    // What changes with ε keeps its number of lines, or the slider would run away from under the finger.
    this.one(".beyond").textContent = `${share} beyond.`;
    this.figures.change.querySelector("figcaption").textContent =
      `Change of lightness (luma), ±${limit} grey levels, gain ×1. ${made}. ${remark}`;
  }

  /** Say to screen readers what each canvas shows. */
  name() {
    const { name, remark } = this.server;
    const verb = this.film.about.harder ? "away from" : "towards";
    const { towards } = this.film.about;
    this.frame.setAttribute("aria-label", `${name}: original and AI-altered`);
    this.canvases.original.setAttribute("aria-label", `The original picture ${name}, as cropped.`);
    this.canvases.altered.setAttribute("aria-label", `${name}, AI-altered ${verb} ${towards}. ${remark}`);
    this.canvases.change.setAttribute("aria-label", `Where ${name} became lighter (orange) or darker (blue).`);
  }

  drawScale() {
    const stops = Array.from({ length: 33 }, (_, i) => {
      const [r, g, b, alpha] = shade((i - 16) / 16);
      return `rgb(${r} ${g} ${b} / ${alpha / 255})`;
    });
    this.one(".bar").style.background = `linear-gradient(90deg, ${stops.join(", ")})`;
  }

  drawTicks() {
    const { limit } = this.server;
    if (this.ticked === limit) return;
    this.ticked = limit;
    this.one(".ticks").replaceChildren(
      ...[-limit, -limit / 2, 0, limit / 2, limit].map((tick) => {
        const label = document.createElement("span");
        label.textContent = tick ? signed(tick, 0) : "0";
        return label;
      }),
    );
  }

  hint() {
    this.reading = null;
    this.pixel.textContent =
      "Point at a picture to read its pixels. Pinch, or Ctrl and the wheel, zooms; once zoomed, the wheel alone does, and a drag pans.";
  }

  /** Read the pixel under the cursor, or in the middle when the keyboard moves the picture. */
  readPixel() {
    if (!this.composer) return;
    const { side } = this.film.about;
    const { x, y } = this.camera.seenAt(this.reading);
    const column = clamp(Math.floor(x * side), 0, side - 1);
    const row = clamp(Math.floor(y * side), 0, side - 1);
    const at = 4 * (row * side + column);
    const before = this.composer.original.data.slice(at, at + 3);
    const after = this.composer.altered.data.slice(at, at + 3);
    const change = [...after].map((value, i) => (value === before[i] ? "0" : signed(value - before[i], 0)));
    this.pixel.textContent =
      `Column ${column}, row ${row} of ${side} px (red, green, blue): original ${before.join(" ")}, ` +
      `altered ${after.join(" ")}, change ${change.join(" ")} grey levels`;
  }

  // ---- modes

  choose(mode) {
    this.mode = mode;
    this.panels.dataset.mode = mode;
    for (const input of this.modes) input.checked = input.value === mode;
    // Wipe and blink lay the altered picture over the original: one canvas, moved, not copied.
    const together = mode === "wipe" || mode === "blink";
    const home = this.figures[together ? "altered" : "original"].querySelector(".window");
    if (this.sheets.original.parentElement !== home) home.prepend(this.sheets.original);
    this.divider.hidden = mode !== "wipe";
    this.blink(mode === "blink");
    this.placeDivider();
    this.refresh();
  }

  blink(on) {
    clearInterval(this.blinking);
    this.away = false;
    const turn = () => {
      this.sheets.altered.classList.toggle("away", this.away);
      if (this.film) this.refresh();
    };
    turn();
    if (!on) return;
    this.blinking = setInterval(() => {
      this.away = !this.away;
      turn();
    }, BLINK_MS);
  }

  respectCalm() {
    const calm = this.calm.matches;
    this.modes.find((input) => input.value === "blink").disabled = calm;
    this.one(".calm").hidden = !calm;
    if (calm && this.mode === "blink") this.choose("wipe");
    if (this.playing) {
      this.pause({ silent: true });
      this.play();
    }
  }

  pull(event) {
    event.stopPropagation();
    if (event.type === "pointerdown") {
      if (event.button !== 0) return;
      this.divider.setPointerCapture(event.pointerId);
    }
    if (!this.divider.hasPointerCapture(event.pointerId)) return;
    this.wipe = 100 * clamp(this.shareOf(event, this.divider.parentElement).x, 0, 1);
    this.placeDivider();
  }

  pushDivider(event) {
    const by = event.shiftKey ? 10 : 2;
    const next = {
      ArrowLeft: this.wipe - by, ArrowDown: this.wipe - by,
      ArrowRight: this.wipe + by, ArrowUp: this.wipe + by,
      PageDown: this.wipe - 10, PageUp: this.wipe + 10, Home: 0, End: 100,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.wipe = clamp(next, 0, 100);
    this.placeDivider();
  }

  placeDivider() {
    this.frame.style.setProperty("--wipe", `${this.wipe}%`);
    this.divider.setAttribute("aria-valuenow", Math.round(this.wipe));
    this.divider.setAttribute("aria-valuetext", `${Math.round(this.wipe)}% of the width shows the original`);
  }

  // ---- zoom and pan

  aim() {
    const { camera, frame } = this;
    frame.style.setProperty("--zoom", camera.zoom);
    frame.style.setProperty("--pan-x", `${100 * camera.x}%`);
    frame.style.setProperty("--pan-y", `${100 * camera.y}%`);
    frame.classList.toggle("zoomed", camera.zoom > 1);
    this.one(".zoom").textContent = `${camera.zoom.toFixed(1).replace(".0", "")}×`;
    if (!this.film) return;
    this.drawTicks();
    const { side, atGuideSize } = this.film.about;
    const shown = this.windows.find((window) => window.clientWidth > 0)?.clientWidth ?? 0;
    frame.classList.toggle("pixelated", atGuideSize || (camera.zoom * shown) / side >= PIXELS_FROM);
    if (this.reading) this.readPixel();
  }

  zoomBy(how, at) {
    if (how === "whole") this.camera.whole();
    else this.camera.zoomAt(how === "in" ? ZOOM_STEP : 1 / ZOOM_STEP, at);
    this.aim();
  }

  shareOf(event, window) {
    const box = window.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  /** The wheel zooms with Ctrl (which is also how a touchpad's pinch arrives) or on a picture that has the focus or is
      zoomed already; otherwise it scrolls the page. */
  wheel(event, window) {
    if (!event.ctrlKey && !event.metaKey && this.camera.zoom === 1 && !window.matches(":focus")) return;
    if (this.camera.zoom === 1 && event.deltaY > 0) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.camera.zoomAt(Math.exp(-clamp(event.deltaY * lines, -120, 120) / 300), this.shareOf(event, window));
    this.aim();
  }

  grasp(event, window) {
    if (event.button !== 0) return;
    this.pointers.set(event.pointerId, this.shareOf(event, window));
    if (this.camera.zoom > 1 || this.pointers.size > 1) window.setPointerCapture(event.pointerId);
    if (this.camera.zoom > 1) window.classList.add("panning");
  }

  move(event, window) {
    const now = this.shareOf(event, window);
    const before = this.pointers.get(event.pointerId);
    if (before) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) this.pinch(before, now, other);
      else this.camera.moveTo(this.camera.x + now.x - before.x, this.camera.y + now.y - before.y);
      this.pointers.set(event.pointerId, now);
      this.aim();
    }
    window.classList.remove("reading");
    this.reading = now;
    this.readPixel();
  }

  pinch(before, now, other) {
    const apart = (point) => Math.hypot(point.x - other.x, point.y - other.y);
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    this.camera.zoomAt(apart(now) / Math.max(apart(before), 0.01), middle);
    this.camera.moveTo(this.camera.x + (now.x - before.x) / 2, this.camera.y + (now.y - before.y) / 2);
  }

  release(event, window) {
    this.pointers.delete(event.pointerId);
    window.classList.remove("panning");
  }

  press(event, window) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== window) return;
    const { camera } = this;
    const pan = (dx, dy) => camera.moveTo(camera.x + dx, camera.y + dy);
    const deed = {
      ArrowLeft: () => pan(PAN_STEP, 0),
      ArrowRight: () => pan(-PAN_STEP, 0),
      ArrowUp: () => pan(0, PAN_STEP),
      ArrowDown: () => pan(0, -PAN_STEP),
      "+": () => camera.zoomAt(ZOOM_STEP, CENTRE),
      "=": () => camera.zoomAt(ZOOM_STEP, CENTRE),
      "-": () => camera.zoomAt(1 / ZOOM_STEP, CENTRE),
      "0": () => camera.whole(),
    }[event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
    window.classList.add("reading");
    this.reading = CENTRE;
    this.aim();
  }
}

const viewers = new WeakMap();
let handedOver = null; // what the viewer that was closed last was doing

export default function (component) {
  const root = component.parentElement;
  if (!viewers.has(root)) viewers.set(root, new Viewer(root));
  viewers.get(root).update(component);
  return () => {
    viewers.get(root)?.close();
    viewers.delete(root);
  };
}
