// @ts-check

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/**
 * Round to a tenth.
 * @param {number} value
 */
export const tenths = (value) => Math.round(value * 10) / 10;

/**
 * Write a number with a true minus sign.
 * @param {number} value
 * @param {number} digits after the point
 */
export const plain = (value, digits) => value.toFixed(digits).replace("-", "−");

/**
 * Write a number with its sign, plus or minus.
 * @param {number} value
 * @param {number} digits after the point
 */
export const signed = (value, digits) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(digits);
