// @ts-check
//
// Composes every ε of a film. lwise_core/enhancement/viewer_payload.py says why two taps a pixel and axis are enough.

import { LUMA, SHADES, shades } from "./shades.js";

/** @typedef {import("./film.js").Film} Film */

/** The pictures of one film as canvases want them, rewritten for every position. */
export class Composer {
  /** @type {?number} share of pixels whose change lies beyond the scale; null until a map was drawn */
  beyond = null;

  /**
   * @param {Film} film whose unaltered picture has arrived
   * @param {number} limit end of the map's scale, in grey levels
   */
  constructor(film, limit) {
    if (!film.ground) throw new Error("A film without its original cannot be composed.");
    const { side, grid } = film.about;
    this.film = film;
    this.ground = film.ground;
    this.limit = limit;
    this.original = new ImageData(side, side);
    this.altered = new ImageData(side, side);
    this.change = new ImageData(side, side);
    this.shaded = new Uint32Array(this.change.data.buffer);
    this.wide = new Float32Array(grid * 3 * side);
    this.altered.data.fill(255);
    const out = this.original.data.fill(255);
    const from = this.ground.original;
    for (let i = 0, o = 0; i < from.length; i += 3, o += 4) {
      out[o] = from[i];
      out[o + 1] = from[i + 1];
      out[o + 2] = from[i + 2];
    }
  }

  /**
   * Write the altered picture at `position`, and its map where `mapped`.
   * @param {number} position
   * @param {{mapped: boolean}} options
   */
  compose(position, { mapped }) {
    const levels = this.film.levels(position);
    if (levels) {
      this.#widen(levels);
      this.#heighten(mapped);
    } else {
      this.altered.data.set(this.original.data);
      this.shaded.fill(shades[SHADES]);
      this.beyond = 0;
    }
  }

  /**
   * First axis: spread each row of the frame over the picture's width, in grey levels.
   * @param {Int16Array | Float32Array} levels (3, G, G)
   */
  #widen(levels) {
    const { film, wide, ground } = this;
    const { side, grid, level } = film.about;
    const { starts, weights } = ground;
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

  /**
   * Second axis: add to the original. The clamped array rounds half to even, as the export does. Where `mapped`, also
   * colour the change of lightness on its fixed scale and count the pixels beyond it.
   * @param {boolean} mapped
   */
  #heighten(mapped) {
    const { film, wide, shaded, limit, ground } = this;
    const { side } = film.about;
    const { starts, weights, original } = ground;
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
