// @ts-check
//
// What was done, after the last trial of an experiment without a server: how often the participant was right, what the
// study was about, and altered pictures beside what they were.

import { element } from "../shared/dom.js";
import { filled } from "./messages.js";

/**
 * @typedef {import("./messages.js").Messages} Messages
 * @typedef {import("./csv.js").Row} Row
 * @typedef {{src: string, said: string}} SeenAgain
 * @typedef {{heading: string, paragraphs: string[], caution: string, altered: SeenAgain[][], pairsHeading: string,
 *   pairsExplained: string, pairs: SeenAgain[][]}} Debriefing what lwise_core/teaching/courses/static_export.py writes
 */

/**
 * The page that says it.
 * @param {Debriefing} shown
 * @param {Row[]} rows the participant's answers
 * @param {Messages} messages
 */
export function debriefed(shown, rows, messages) {
  const { heading, paragraphs, caution, altered, pairsHeading, pairsExplained, pairs } = shown;
  const again = pairs.length
    ? [element("h2", { text: pairsHeading }), element("p", { text: pairsExplained }), ...pairs.map(rowOf)]
    : [];
  return element(
    "section",
    { class: "introduction debriefing" },
    ...scores(rows, messages).map((text) => element("p", { class: "score", text })),
    element("h2", { text: heading }),
    ...paragraphs.map((text) => element("p", { text })),
    ...altered.map(rowOf),
    element("p", { text: caution }),
    ...again,
  );
}

/**
 * How many of the trials that count were right, with feedback and without.
 * @param {Row[]} rows
 * @param {Messages} messages
 */
function scores(rows, messages) {
  const counted = rows.filter(({ trial_type }) => trial_type === "main");
  return [
    { sentence: messages.rightLearning, of: counted.filter(({ feedback }) => feedback) },
    { sentence: messages.rightTest, of: counted.filter(({ feedback }) => !feedback) },
  ]
    .filter(({ of }) => of.length)
    .map(({ sentence, of }) => filled(sentence, { right: of.filter(({ perf }) => perf).length, all: of.length }));
}

/** @param {SeenAgain[]} row */
function rowOf(row) {
  return element(
    "div",
    { class: "again" },
    ...row.map(({ src, said }) =>
      element("figure", {}, element("img", { src, alt: said, loading: "lazy" }), element("figcaption", { text: said })),
    ),
  );
}
