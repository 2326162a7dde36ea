// @ts-check
//
// What the viewer says about a position of the slider.

import { clamp, plain, signed } from "../shared/numbers.js";

/**
 * @typedef {import("./film.js").Header} Header
 * @typedef {import("./film.js").Words} Words
 * @typedef {import("./comparison.js").Mode} Mode
 * @typedef {{epsilon: string, ahead: string, cautious: boolean, made: string, grey: string, asked: string, spent: string,
 *   logit: string, choice: string, spoken: string}} Reading
 */

/**
 * The budget at a position.
 * @param {Header} about
 * @param {number} position
 */
export const epsilonAt = (about, position) => (position * about.step).toFixed(2);

/**
 * Everything that is read at a position.
 * @param {Header} about
 * @param {number} position that is shown
 * @param {number} chosen the position that was asked for; it may lie beyond what is computed
 * @returns {Reading}
 */
export function readingAt(about, position, chosen) {
  const [, spent, logit, choice, provisional] = about.positions[position];
  const before = about.positions[0][2];
  const epsilon = epsilonAt(about, position);
  const cautious = about.caution !== null && position * about.step > about.caution;
  const grey = (spent * about.greyLevels).toFixed(1);
  const made = `AI-altered ${about.harder ? "away from" : "towards"} ${about.towards}, ε ${epsilon}`;
  /** @param {number} value */
  const budget = (value) => `${(value * about.at224).toFixed(2)} (ε ${value.toFixed(2)})`;
  return {
    epsilon,
    ahead: chosen > position ? `ε ${epsilonAt(about, chosen)}, shown up to ` : "",
    cautious,
    made,
    grey,
    asked: budget(position * about.step),
    spent: budget(spent),
    logit: `${plain(logit, 2)} (${signed(logit - before, 2)})${provisional ? " provisional" : ""}`,
    choice: about.classes[choice],
    spoken:
      `${made}. ${grey} grey levels, logit ${plain(logit, 2)}, first choice ${about.classes[choice]}.` +
      (cautious ? " Caution: above seven times the guide’s training budget." : ""),
  };
}

/**
 * The words below the altered picture; null in a mode that does not show it.
 * @param {Mode} mode
 * @param {{made: string, remark: string, away: boolean}} said
 */
export function alteredCaption(mode, { made, remark, away }) {
  switch (mode) {
    case "side":
    case "alone":
      return `${made}. ${remark}`;
    case "wipe":
      return `Left the original, right ${made}. ${remark}`;
    case "blink":
      return `${away ? "Now: original" : "Now: altered"}. ${made}. ${remark}`;
    default:
      return null;
  }
}

/**
 * How much of a picture changed beyond the map's scale.
 * @param {number} share of the pixels
 */
export function beyondSentence(share) {
  if (share === 0) return "No pixel changes by more than this scale shows.";
  const percent = share < 0.001 ? "Less than 0.1%" : `${(100 * share).toFixed(1)}%`;
  return `${percent} of the pixels change by more than this scale shows.`;
}

/**
 * The values of one pixel.
 * @param {import("./composer.js").Composer} pictures
 * @param {import("../shared/camera.js").Point} at in shares of the picture's width
 */
export function pixelSentence({ original, altered }, { x, y }) {
  const side = original.width;
  const column = clamp(Math.floor(x * side), 0, side - 1);
  const row = clamp(Math.floor(y * side), 0, side - 1);
  const at = 4 * (row * side + column);
  const before = original.data.slice(at, at + 3);
  const after = altered.data.slice(at, at + 3);
  const change = [...after].map((value, i) => (value === before[i] ? "0" : signed(value - before[i], 0)));
  return (
    `Column ${column}, row ${row} of ${side} px (red, green, blue): original ${before.join(" ")}, ` +
    `altered ${after.join(" ")}, change ${change.join(" ")} grey levels`
  );
}
