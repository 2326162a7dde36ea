// @ts-check
//
// An experiment without a server: a page, its pictures and a plan beside it.

import { element } from "../shared/dom.js";
import { Kept } from "../shared/kept.js";
import { csvOf } from "./csv.js";
import { debriefed } from "./debriefing.js";
import { introduced } from "./examples.js";
import { MESSAGES } from "./messages.js";
import { PlanBackend } from "./plan_backend.js";
import { start } from "./runner.js";
import { agreed, completion } from "./terms.js";
import { LONGEST_WAIT_MS } from "./waiting.js";

/**
 * @typedef {import("./plan_backend.js").Participant} Participant
 * @typedef {import("./plan_backend.js").Plan} Plan
 * @typedef {{onLoad?: (loaded: (value?: unknown) => void) => void, submitResultData: (rows: string) => Promise<unknown>,
 *   startNextComponent?: () => void, endStudyAndRedirect?: (link: string) => void}} Jatos as the page has it where it runs
 *   under JATOS
 */

/** @returns {Jatos | undefined} */
const jatos = () => /** @type {{jatos?: Jatos}} */ (/** @type {unknown} */ (window)).jatos;

/**
 * The participant called so, or with this number counted from 1; null where there is none.
 * @param {Participant[]} participants
 * @param {string} asked
 */
export function participantCalled(participants, asked) {
  return participants.find((one) => one.label === asked) ?? participants[Number(asked) - 1] ?? null;
}

/**
 * The participant that the address asks for, else one drawn by lot, the same until the tab closes.
 * @param {Plan} plan
 */
function participantOf({ experiment, participants }) {
  /** @type {Kept<string>} */
  const drawn = new Kept("sessionStorage", `lwise-static:${experiment}`);
  const asked = new URLSearchParams(window.location.search).get("participant") ?? drawn.value;
  if (asked !== null) return participantCalled(participants, asked);
  const one = participants[Math.floor(Math.random() * participants.length)];
  drawn.value = one.label;
  return one;
}

/**
 * Offer a file as a download.
 * @param {string} name
 * @param {string} kind
 * @param {string} content
 */
function save(name, kind, content) {
  const url = URL.createObjectURL(new Blob([content], { type: kind }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), LONGEST_WAIT_MS);
}

/**
 * Offer the answers as files, give them to JATOS where the page runs under it, say what proves that somebody is done, and
 * what was done.
 * @param {Element} root
 * @param {import("./screen.js").Screen} screen
 * @param {PlanBackend} backend
 */
async function handOver(root, screen, { rows, participant, plan: { terms } }) {
  const { messages } = screen;
  const name = `answers-${participant.label.replace(/[^\w-]+/g, "_")}`;
  const csv = element("button", { type: "button", text: messages.downloadCsv });
  const json = element("button", { type: "button", text: messages.downloadJson });
  csv.addEventListener("click", () => save(`${name}.csv`, "text/csv", csvOf(rows)));
  json.addEventListener("click", () => save(`${name}.json`, "application/json", JSON.stringify(rows, null, 1)));
  const said = element("p", { text: messages.inThisTab });
  const study = jatos();
  const leave = study?.endStudyAndRedirect;
  const proof = completion(terms, messages, leave && ((link) => leave.call(study, link)));
  screen.say(messages.finished, [], said, csv, json, ...(study ? [] : proof));
  const { debriefing } = participant;
  if (debriefing) root.append(debriefed(debriefing, rows, messages));
  if (!study) return;
  try {
    await study.submitResultData(JSON.stringify(rows));
    said.textContent = messages.sent;
    if (proof.length || debriefing) json.after(...proof, ...onward(study, terms, messages));
    else study.startNextComponent?.();
  } catch {
    said.textContent = messages.notSent;
    json.after(...proof);
  }
}

/**
 * The button that ends a component of JATOS where something is to be copied or read first; none where a link does.
 * @param {Jatos} study
 * @param {import("./terms.js").Terms | undefined} terms
 * @param {import("./messages.js").Messages} messages
 */
function onward(study, terms, messages) {
  if (terms?.completionLink) return [];
  const button = element("button", { type: "button", text: messages.goOn });
  button.addEventListener("click", () => study.startNextComponent?.());
  return [button];
}

/**
 * Run the experiment that `address` describes inside `root`.
 * @param {Element} root
 * @param {string} address of the plan
 */
export async function runStatic(root, address) {
  /** @type {Plan} */
  const plan = await (await fetch(address)).json();
  const participant = participantOf(plan);
  if (!participant) {
    root.append(element("p", { role: "alert", text: plan.messages?.nobody ?? MESSAGES.nobody }));
    return;
  }
  const backend = new PlanBackend(plan, participant);
  const study = jatos();
  if (study?.onLoad) await new Promise((resolve) => study.onLoad?.(resolve));
  document.title = plan.title;
  const messages = { ...MESSAGES, ...plan.messages };
  if (!backend.rows.length) {
    await agreed(root, { title: plan.title, terms: plan.terms, messages });
    await introduced(root, { choices: participant.choices, examples: plan.examples ?? {}, messages });
  }
  await start(root, { ...plan, classes: participant.choices }, backend, (screen) => handOver(root, screen, backend))
    .finished;
}
