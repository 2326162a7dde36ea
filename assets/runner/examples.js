// @ts-check
//
// Examples of every class, before the first trial.

import { element } from "../shared/dom.js";
import { filled } from "./messages.js";

/**
 * @typedef {import("./types.js").Choice} Choice
 * @typedef {import("./messages.js").Messages} Messages
 */

/**
 * Show the pictures of each class under the name that this learner knows it by, until they go on.
 * @param {Element} root
 * @param {{choices: Choice[], examples: Record<string, string[]>, messages: Messages}} shown
 * @returns {Promise<void>}
 */
export function introduced(root, { choices, examples, messages }) {
  const kinds = choices.filter(({ id }) => examples[id]?.length);
  if (!kinds.length) return Promise.resolve();
  const button = element("button", { type: "button", text: messages.beginTrials });
  const parts = kinds.flatMap(({ id, label }) => [
    element("h2", { text: label }),
    element(
      "div",
      { class: "examples" },
      ...examples[id].map((src) => element("img", { src, alt: filled(messages.exampleOf, { kind: label }) })),
    ),
  ]);
  const page = element(
    "section",
    { class: "introduction" },
    element("h1", { text: messages.kinds }),
    element("p", { text: messages.lookAtKinds }),
    ...parts,
    button,
  );
  root.append(page);
  return new Promise((resolve) => {
    button.addEventListener("click", () => {
      page.remove();
      resolve();
    });
  });
}
