// @ts-check
//
// What the viewer says about a position of the slider.

import { clamp, plain, signed } from "../shared/numbers.js";

/**
 * @typedef {import("./film.js").Header} Header
 * @typedef {import("./film.js").Words} Words
 * @typedef {import("./comparison.js").Mode} Mode
 * @typedef {{epsilon: string, ahead: string, cautious: boolean, preview: boolean, made: string, value: string,
 *   grey: string, asked: string, spent: string, logit: string, choice: string, spoken: string}} Reading
 *   `value` is what the slider says besides ε
 */

const NONE = "–";

/**
 * The budget at a position.
 * @param {Header} about
 * @param {number} position
 */
export const epsilonAt = (about, position) => (position * about.step).toFixed(2);

/**
 * Everything that is read at a position whose own picture is here.
 * @param {Header} about
 * @param {number} position that is shown
 * @param {number} chosen the position that was asked for; it may lie beyond what is computed
 * @returns {Reading}
 */
export function readingAt(about, position, chosen) {
  const [, spent, logit, choice, provisional] = about.positions[position];
  const before = about.positions[0][2];
  const asked = askedAt(about, position, chosen);
  const grey = (spent * about.greyLevels).toFixed(1);
  return {
    ...asked,
    preview: false,
    value: `${grey} grey levels`,
    grey,
    spent: budget(about, spent),
    logit: `${plain(logit, 2)} (${signed(logit - before, 2)})${provisional ? " provisional" : ""}`,
    choice: about.classes[choice],
    spoken:
      `${asked.made}. ${grey} grey levels, logit ${plain(logit, 2)}, first choice ${about.classes[choice]}.` +
      cautionOf(asked),
  };
}

/**
 * What is read at a position that shows the coarse path: no figure, for none of them would be the final picture's.
 * @param {Header} about
 * @param {number} position that is shown
 * @param {number} chosen the position that was asked for
 * @returns {Reading}
 */
export function previewReadingAt(about, position, chosen) {
  const asked = askedAt(about, position, chosen);
  return {
    ...asked,
    preview: true,
    value: "preview",
    grey: NONE,
    spent: NONE,
    logit: NONE,
    choice: NONE,
    spoken: `Preview: ${asked.made}. The final picture replaces it.${cautionOf(asked)}`,
  };
}

/**
 * What follows from the position alone.
 * @param {Header} about
 * @param {number} position
 * @param {number} chosen
 */
function askedAt(about, position, chosen) {
  const epsilon = epsilonAt(about, position);
  return {
    epsilon,
    ahead: chosen > position ? `ε ${epsilonAt(about, chosen)}, shown up to ` : "",
    cautious: about.caution !== null && position * about.step > about.caution,
    made: `AI-altered ${about.harder ? "away from" : "towards"} ${about.towards}, ε ${epsilon}`,
    asked: budget(about, position * about.step),
  };
}

/** @param {{cautious: boolean}} asked */
const cautionOf = ({ cautious }) => (cautious ? " Caution: above seven times the guide’s training budget." : "");

/**
 * A budget at 224 px, and in brackets in the guide's units.
 * @param {Header} about
 * @param {number} value in the guide's units
 */
const budget = (about, value) => `${(value * about.at224).toFixed(2)} (ε ${value.toFixed(2)})`;

/**
 * How far the path is computed, and what the rest of the slider shows meanwhile; nothing once all of it is there.
 * @param {import("./film.js").Film} film
 */
export function progressSentence({ about, reached, shown }) {
  if (reached >= about.planned) return "";
  const computed = `Computed up to ε ${epsilonAt(about, reached)} of ${epsilonAt(about, about.planned)}.`;
  if (shown === reached) return computed;
  return `${computed} Beyond that you see a preview in a quarter of the steps; the final pictures are replacing it.`;
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
  if (share === 0) return "No pixel goes beyond this scale.";
  const percent = share < 0.001 ? "Less than 0.1%" : `${(100 * share).toFixed(1)}%`;
  return `${percent} of the pixels go beyond this scale.`;
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
