// @ts-check

/** Weights of red, green and blue in luma (Rec. ITU-R BT.709-6, as in lwise_core/images/heatmaps.py). */
export const LUMA = [0.2126, 0.7152, 0.0722];
/** Steps of the scale on each side of no change. */
export const SHADES = 512;

const DARKER = [0, 114, 178];
const LIGHTER = [213, 94, 0];

/**
 * Colour of a change of lightness on the fixed scale: no change is clear, opacity grows as its 2/3 power.
 * @param {number} share of the scale's end, −1 to 1
 * @returns {[r: number, g: number, b: number, alpha: number]} 0 to 255
 */
export function shade(share) {
  const [r, g, b] = share < 0 ? DARKER : LIGHTER;
  return [r, g, b, Math.round(255 * Math.abs(share) ** (2 / 3))];
}

/** Every shade as a canvas holds it in 32 bits, from the darkest to the lightest. */
export const shades = (() => {
  const colours = new Uint8ClampedArray((2 * SHADES + 1) * 4);
  for (let i = 0; i <= 2 * SHADES; i++) colours.set(shade((i - SHADES) / SHADES), i * 4);
  return new Uint32Array(colours.buffer);
})();
