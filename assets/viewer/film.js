// @ts-check
//
// The film: the frames of a path as far as they have arrived. lwise_core/enhancement/viewer_payload.py says how it is written.

/**
 * @typedef {[best: number, spent: number, logit: number, choice: number, provisional: number | boolean]} Position
 *   the frame that is shown, ε spent, logit of the class, index of the first choice
 * @typedef {[index: number, base: number, bits: number, offset: number, length: number]} FrameEntry
 * @typedef {[offset: number, length: number]} Section
 * @typedef {{every: number, best: number[], frames: FrameEntry[]}} Preview
 *   a coarse path: how many positions one of its steps stands for, the best iterate after each, and its frames
 * @typedef {{film: string, planned: number, step: number, greyLevels: number, at224: number, caution: ?number,
 *   towards: string, harder: boolean, atGuideSize: boolean, side: number, grid: number, level: number,
 *   classes: string[], positions: Position[], frames: FrameEntry[], preview?: ?Preview,
 *   sections: {original?: Section, starts?: Section, weights?: Section}}} Header
 * @typedef {{origin: string, message: number}} Numbered which of the messages of one origin
 * @typedef {{step: number, revision: number, name: string, remark: string, picture: string, limit: number,
 *   view: "side" | "alone", layer: ?import("./layer.js").SentLayer}} Words
 *   what the page says beside the film (pages/parts/picture/viewer.py)
 */

const MAGIC = "LWFILM01";
const FILMS_KEPT = 2; // as pages/parts/picture/viewer.py counts them

/** @param {Uint8Array} bytes */
const text = (bytes) => new TextDecoder().decode(bytes);

/**
 * Split what the server sent: the message's number, the page's words, the header of the film, and its packed sections.
 * @param {ArrayBuffer | Uint8Array<ArrayBuffer>} data
 * @returns {{number: Numbered, words: Words, header: Header, packed: Uint8Array<ArrayBuffer>}}
 * @throws {Error} It is no film, or one of another version.
 */
export function opened(data) {
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
  const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @param {number} at */
  const endOf = (at) => at + 4 + numbers.getUint32(at, true);
  const numberEnd = endOf(0);
  const wordsEnd = endOf(numberEnd);
  const magicEnd = wordsEnd + MAGIC.length;
  if (text(bytes.subarray(wordsEnd, magicEnd)) !== MAGIC) throw new Error("This is not a film that the viewer reads.");
  const headerEnd = endOf(magicEnd);
  return {
    number: JSON.parse(text(bytes.subarray(4, numberEnd))),
    words: JSON.parse(text(bytes.subarray(numberEnd + 4, wordsEnd))),
    header: JSON.parse(text(bytes.subarray(magicEnd + 4, headerEnd))),
    packed: bytes.subarray(headerEnd),
  };
}

/**
 * Unpack without a Blob, whose bytes come from another process of the browser: this ends whatever that one is doing.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function unpacked(bytes) {
  const { readable, writable } = new DecompressionStream("deflate");
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const [body] = await Promise.all([new Response(readable).arrayBuffer(), written]);
  return body;
}

/** What all frames share: the unaltered picture, and how a frame is spread over it. */
class Ground {
  /**
   * @param {Uint8Array} original (C, C, 3)
   * @param {Uint16Array} starts (C,) the first of the two grid points that each pixel of an axis lies between
   * @param {Float32Array} weights (C, 2) of the two
   */
  constructor(original, starts, weights) {
    this.original = original;
    this.starts = starts;
    this.weights = weights;
  }
}

/** One film as far as it has arrived. */
export class Film {
  /** @type {Map<number, Int16Array>} levels (3, G, G) by index */
  frames = new Map();
  /** @type {Map<number, Int16Array>} the same of the coarse path, for as long as it is shown */
  coarse = new Map();
  /** @type {?Ground} */
  ground = null;

  /** @param {Header} about */
  constructor(about) {
    this.id = about.film;
    this.about = about;
  }

  /**
   * Take what has arrived.
   * @param {Header} header
   * @param {ArrayBuffer} body the sections, unpacked
   */
  take(header, body) {
    this.about = header;
    this.fill(header, body);
    if (header.preview) add(this.coarse, header.preview.frames, body);
    else this.coarse.clear();
  }

  /**
   * Take the frames of a message that was overtaken: the film stands as the later one said.
   * @param {Header} header
   * @param {ArrayBuffer} body the sections, unpacked
   */
  fill(header, body) {
    this.ground ??= groundIn(header, body);
    add(this.frames, header.frames, body);
  }

  /**
   * The first frame that a position needs and that is not here, or the number of frames where only some of the coarse
   * path are lacking; null when nothing is missing.
   */
  get missing() {
    if (!this.ground) return 0;
    const { positions, preview } = this.about;
    const lacking = positions.map(([best]) => best).filter((best) => best && !this.frames.has(best));
    if (lacking.length) return Math.min(...lacking);
    return preview && held(preview.best, this.coarse) < preview.best.length ? positions.length : null;
  }

  /** The last position whose own picture is here. */
  get reached() {
    const best = this.about.positions.map(([index]) => index);
    return held(best, this.frames) - 1;
  }

  /** The last position that can be shown: its own picture, or what the coarse path shows there. */
  get shown() {
    const { preview, planned } = this.about;
    const steps = preview ? held(preview.best, this.coarse) - 1 : 0;
    return Math.max(this.reached, Math.min(planned, Math.floor(steps * (preview?.every ?? 0))));
  }

  /**
   * Whether only the coarse path has a picture for a position.
   * @param {number} position
   */
  isPreview(position) {
    return position > this.reached;
  }

  /**
   * The frame of a position, or null where it is the unaltered picture.
   * @param {number} position
   * @returns {?(Int16Array | Float32Array)}
   */
  levels(position) {
    const { positions, preview } = this.about;
    if (preview && this.isPreview(position)) return this.#between(preview, position / preview.every);
    return this.frames.get(positions[position][0]) ?? null; // frame 0 is no change
  }

  /**
   * The straight line between two iterates of the coarse path, which lies in the same ball as the position's own.
   * @param {Preview} preview
   * @param {number} steps of the coarse path, whole or not
   */
  #between({ best }, steps) {
    const before = Math.min(Math.floor(steps), best.length - 1);
    const after = Math.min(before + 1, best.length - 1);
    return blended(this.coarse.get(best[before]), this.coarse.get(best[after]), steps - before);
  }
}

/**
 * Add frames that have arrived to those that are here, each to the one that it builds on.
 * @param {Map<number, Int16Array>} frames
 * @param {FrameEntry[]} entries
 * @param {ArrayBuffer} body
 */
function add(frames, entries, body) {
  for (const [index, base, bits, offset, length] of entries) {
    const before = frames.get(base);
    if (frames.has(index) || (base && !before)) continue;
    const bytes = body.slice(offset, offset + length);
    const levels = new Int16Array(bits === 16 ? bytes : new Int8Array(bytes));
    if (before) for (let i = 0; i < levels.length; i++) levels[i] += before[i];
    frames.set(index, levels);
  }
}

/**
 * How many of the first positions can be shown: those whose frame is here, or who need none.
 * @param {number[]} best the frame of each position
 * @param {Map<number, Int16Array>} frames
 */
function held(best, frames) {
  const first = best.findIndex((index) => index && !frames.has(index));
  return first < 0 ? best.length : first;
}

/**
 * One frame on its way to another; what is not there is no change.
 * @param {Int16Array | undefined} one
 * @param {Int16Array | undefined} other
 * @param {number} share of the way, 0 to 1
 */
export function blended(one, other, share) {
  const size = (one ?? other)?.length ?? 0;
  const levels = new Float32Array(size);
  for (let i = 0; i < size; i++) levels[i] = (1 - share) * (one?.[i] ?? 0) + share * (other?.[i] ?? 0);
  return size ? levels : null;
}

/**
 * @param {Header} header
 * @param {ArrayBuffer} body
 */
function groundIn({ sections, side }, body) {
  const { original, starts, weights } = sections;
  if (!original || !starts || !weights) return null;
  /** @param {Section} section */
  const of = ([offset, length]) => body.slice(offset, offset + length);
  const pixels = summedAlongRows(new Uint8Array(of(original)), side);
  return new Ground(pixels, new Uint16Array(of(starts)), new Float32Array(of(weights)));
}

/**
 * Undo the differences of neighbouring pixels, modulo 256, in place.
 * @param {Uint8Array} differences (side, side, 3)
 * @param {number} side
 */
export function summedAlongRows(differences, side) {
  for (let row = 0; row < side; row++) {
    const start = row * side * 3;
    for (let i = start + 3; i < start + side * 3; i++) differences[i] += differences[i - 3];
  }
  return differences;
}

/**
 * Whether a message was sent before another one that is here already: Streamlit tells them in any order.
 * @param {Numbered} one
 * @param {Numbered} other
 */
export const isOvertaken = (one, other) => one.origin === other.origin && one.message < other.message;

/** The films that were used last, so that the server sends each frame once. */
export class FilmShelf {
  /** @type {Map<string, Film>} the latest last */
  #films = new Map();

  /**
   * The film that a header tells of, marked as the one used last; the oldest goes when there are too many.
   * @param {Header} header
   */
  filmOf(header) {
    const film = this.#films.get(header.film) ?? new Film(header);
    this.#films.delete(film.id);
    this.#films.set(film.id, film);
    const [oldest] = this.#films.keys();
    if (this.#films.size > FILMS_KEPT) this.#films.delete(oldest);
    return film;
  }
}
