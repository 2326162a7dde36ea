// @ts-check
//
// What the author of a course wrote: read and agreed to before the first trial, and what proves that somebody is done.

import { element } from "../shared/dom.js";
import { filled } from "./messages.js";

/**
 * @typedef {import("./messages.js").Messages} Messages
 * @typedef {string[][]} Paragraphs the lines of every paragraph
 * @typedef {{consent: Paragraphs, instructions: Paragraphs, completionCode: string, completionLink: string,
 *   completionHost: string}} Terms what lwise_core/teaching/courses/static_export.py writes
 */

/**
 * Show instructions and consent, and let nobody go on who does not agree; nothing where there are none.
 * @param {Element} root
 * @param {{title: string, terms: ?Terms | undefined, messages: Messages}} shown
 * @returns {Promise<void>}
 */
export function agreed(root, { title, terms, messages }) {
  if (!terms || !(terms.consent.length || terms.instructions.length)) return Promise.resolve();
  const box = element("input", { type: "checkbox" });
  const lacking = element("p", { role: "alert" });
  const button = element("button", { type: "button", text: messages.beginStudy });
  const said = [messages.keptInTab, messages.mayBeAltered, messages.mayStop];
  const page = element(
    "section",
    { class: "introduction" },
    element("h1", { text: title }),
    ...written(terms.instructions),
    element("h2", { text: messages.beforeYouBegin }),
    ...written(terms.consent),
    element("ul", {}, ...said.map((text) => element("li", { text }))),
    element("label", { class: "agree" }, box, element("span", { text: messages.agree })),
    lacking,
    button,
  );
  root.append(page);
  return new Promise((resolve) => {
    button.addEventListener("click", () => {
      if (!box.checked) {
        lacking.textContent = messages.notAgreed;
        box.focus();
        return;
      }
      page.remove();
      resolve();
    });
  });
}

/**
 * The code and the link of who is done, none where there are none.
 * @param {?Terms | undefined} terms
 * @param {Messages} messages
 * @param {(link: string) => void} [leave] where the link is not simply followed, what follows it
 */
export function completion(terms, messages, leave) {
  /** @type {Element[]} */
  const parts = [];
  if (terms?.completionCode) {
    parts.push(element("p", { text: messages.yourCode }), element("output", { text: terms.completionCode }));
  }
  if (terms?.completionLink) {
    const host = { host: terms.completionHost };
    const { completionLink: href } = terms;
    const link = element("a", { class: "finish", href, text: filled(messages.finishAt, host) });
    if (leave) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        leave(href);
      });
    }
    parts.push(link, element("p", { text: filled(messages.leadsTo, host) }));
  }
  return parts;
}

/**
 * A text as it stands: nothing in it is read as markup.
 * @param {Paragraphs} paragraphs
 */
function written(paragraphs) {
  return paragraphs.map((lines) =>
    element("p", {}, ...lines.flatMap((line, i) => (i ? [element("br"), line] : [line]))),
  );
}
