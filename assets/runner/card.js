// @ts-check
//
// How large a pixel is on this screen, as the learner set it with a bank card.

import { element } from "../shared/dom.js";
import { Kept } from "../shared/kept.js";
import { filled } from "./messages.js";

const CARD_MM = { long: 85.6, short: 53.98 }; // ISO/IEC 7810 ID-1
const PX_PER_MM = { least: 2, most: 10, usual: 96 / 25.4 };
const NARROW_PX = 560; // below it the card stands upright, or it would not fit

/** @type {() => Kept<number>} */
const keptPxPerMm = () => new Kept("localStorage", "lwise-px-per-mm");

/** CSS pixels a millimetre, as this browser's learner set it with a card; null when nobody did. */
export const pxPerMm = () => keptPxPerMm().value;

/**
 * A frame in the shape of a bank card, and the slider that makes it as large as a real one.
 * @param {import("./screen.js").Screen} screen
 */
export function cardPanel(screen) {
  const { messages, frame, signal } = screen;
  const hundredths = new Intl.NumberFormat(screen.config.language ?? "en", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const kept = keptPxPerMm();
  const slider = element("input", {
    type: "range",
    min: PX_PER_MM.least,
    max: PX_PER_MM.most,
    step: 0.01,
    "aria-label": messages.cardSize,
  });
  slider.value = String(kept.value ?? PX_PER_MM.usual);
  const card = element("div", { class: "card", "aria-hidden": "true" });
  const draw = () => {
    const upright = frame.clientWidth < NARROW_PX;
    const perMm = Number(slider.value);
    card.style.setProperty("width", `${perMm * (upright ? CARD_MM.short : CARD_MM.long)}px`);
    card.style.setProperty("height", `${perMm * (upright ? CARD_MM.long : CARD_MM.short)}px`);
    slider.setAttribute("aria-valuetext", filled(messages.pixelSize, { size: hundredths.format(perMm) }));
  };
  const change = () => {
    kept.value = Number(slider.value);
    draw();
    screen.size();
  };
  slider.addEventListener("input", change, { signal });
  draw();
  return element(
    "details",
    { class: "calibration" },
    element("summary", { text: messages.calibrate }),
    element("p", { text: messages.howToCalibrate }),
    slider,
    card,
  );
}
