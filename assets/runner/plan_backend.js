// @ts-check

import { Kept } from "../shared/kept.js";
import { tenths } from "../shared/numbers.js";
import { MESSAGES } from "./messages.js";
import { isShape } from "./shapes.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Backend} Backend
 * @typedef {import("./types.js").Batch} Batch
 * @typedef {import("./types.js").Choice} Choice
 * @typedef {import("./types.js").Config} Config
 * @typedef {import("./types.js").Done} Done
 * @typedef {import("./types.js").Host} Host
 * @typedef {import("./types.js").Reply} Reply
 * @typedef {import("./types.js").Timing} Timing
 * @typedef {import("./csv.js").Row} Row
 */

/**
 * @typedef {import("./types.js").Side} Side
 * @typedef {{picture: string, answer: string, epsilon_224: number, towards: string, likeness: ?number, on_left: boolean}}
 *   Foil the picture beside the right one
 * @typedef {import("./types.js").Trial & {block: string, kind: string, picture: string, answer: string, split: string,
 *   feedback: boolean, epsilon_224: number, towards: string, treatment?: string, difficulty: ?number, foil?: Foil, where?: import("./types.js").Where,
 *   meanings?: Record<Side, string>, relabelled: Record<string, import("./types.js").ShapeName>}} PlannedTrial
 * @typedef {{label: string, group: string, condition_idx: number, choices: Choice[], trials: PlannedTrial[],
 *   debriefing?: ?import("./debriefing.js").Debriefing}} Participant
 * @typedef {Omit<Config, "classes"> & {experiment: string, title: string, participants: Participant[],
 *   examples?: Record<string, string[]>, terms?: import("./terms.js").Terms}} Plan
 *   what lwise_core/teaching/courses/static_export.py writes
 */

/**
 * A course that stands in a file beside the page; this tab keeps the answers.
 * @implements {Backend}
 */
export class PlanBackend {
  /** @type {?Host} */
  #host = null;

  /**
   * @param {Plan} plan
   * @param {Participant} participant
   */
  constructor(plan, participant) {
    this.plan = plan;
    this.participant = participant;
    /** @type {Kept<Row[]>} */
    this.kept = new Kept("sessionStorage", `lwise-static:${plan.experiment}:${participant.label}`);
    this.rows = this.kept.value ?? [];
  }

  /** @param {Host} host */
  attach(host) {
    this.#host = host;
  }

  /** @returns {Promise<Batch | Done>} */
  async next() {
    const { trials } = this.participant;
    const number = this.rows.length;
    const first = trials[number];
    if (!first) return { done: true, number, total: trials.length };
    const later = trials.slice(number);
    const end = later.findIndex((trial) => trial.block !== first.block);
    return {
      done: false,
      number,
      total: trials.length,
      block: first.block,
      feedback: first.feedback,
      trials: end < 0 ? later : later.slice(0, end),
    };
  }

  /**
   * @param {Answer} answer
   * @returns {Promise<Reply>}
   */
  async answer(answer) {
    const trial = this.participant.trials.find(({ number }) => number === answer.trial);
    if (!trial) throw new Error(`The course has no trial ${answer.trial}.`);
    const choice = trial.meanings?.[/** @type {Side} */ (answer.choice)] ?? answer.choice;
    const correct = choice === trial.answer;
    this.rows.push(this.#row(trial, { ...answer, choice }, correct));
    this.kept.value = this.rows;
    return {
      stored: true,
      correct,
      right: this.#rightNameOf(trial),
      altered: trial.altered,
      where: trial.where,
      ...this.#sidesOf(trial),
    };
  }

  /** @param {PlannedTrial} trial */
  #rightNameOf(trial) {
    return this.#nameIn(trial, trial.answer);
  }

  /**
   * The name that a class, or in calibration a shape, has in a trial.
   * @param {PlannedTrial} trial
   * @param {string} id
   */
  #nameIn({ kind }, id) {
    if (kind !== "calibration" || !isShape(id)) return this.#nameOf(id);
    return this.plan.messages?.[id] ?? MESSAGES[id];
  }

  /**
   * Where the right one of two pictures stands, and what both stand for; nothing where there is one.
   * @param {PlannedTrial} trial
   */
  #sidesOf(trial) {
    const { foil, meanings } = trial;
    if (!foil || !meanings) return {};
    /** @type {Side} */
    const side = foil.on_left ? "right" : "left";
    return { side, names: { left: this.#nameIn(trial, meanings.left), right: this.#nameIn(trial, meanings.right) } };
  }

  /**
   * The name that this participant knows a class by; a shape is called as it is.
   * @param {string} id
   */
  #nameOf(id) {
    return this.participant.choices.find((choice) => choice.id === id)?.label ?? id;
  }

  /**
   * Where a choice lies, −1 when time ran out.
   * @param {PlannedTrial} trial
   * @param {string} id
   */
  #placeOf(trial, id) {
    if (trial.meanings) return [trial.meanings.left, trial.meanings.right].indexOf(id);
    return this.participant.choices.findIndex((choice) => (trial.relabelled[choice.id] ?? choice.id) === id);
  }

  /**
   * What can be chosen in a trial, in the order of its buttons.
   * @param {PlannedTrial} trial
   */
  #offeredIn({ meanings, relabelled }) {
    if (meanings) return [meanings.left, meanings.right];
    return this.participant.choices.map(({ id }) => relabelled[id] ?? id);
  }

  /**
   * @param {PlannedTrial} trial
   * @param {Answer} answer
   * @param {boolean} correct
   * @returns {Row}
   */
  #row(trial, answer, correct) {
    const { label, group, condition_idx } = this.participant;
    return {
      participant: label,
      obs: this.rows.length,
      block: trial.block,
      condition_idx,
      trial_type: trial.kind,
      class: trial.answer,
      stimulus_name: this.#nameOf(trial.answer),
      choice_name: this.#nameOf(answer.choice),
      i_choice: this.#placeOf(trial, answer.choice),
      i_correct_choice: this.#placeOf(trial, trial.answer),
      perf: Number(correct),
      stimulus_image_url: trial.stimulus,
      trial_number: trial.number,
      split: trial.split,
      choice_names: JSON.stringify(this.#offeredIn(trial).map((id) => this.#nameOf(id))),
      query_string: window.location.search,
      bonus_usd_if_correct: 0,
      group,
      picture: trial.picture,
      feedback: Number(trial.feedback),
      simulated: 0,
      altered: Number(trial.altered),
      epsilon_224: trial.epsilon_224,
      towards: trial.towards,
      treatment: trial.treatment ?? "",
      difficulty: trial.difficulty,
      ...beside(trial),
      ...asked(this.plan.timing),
      ...measured(answer),
      ...this.#host?.measures(),
    };
  }
}

/**
 * The columns that say what stood beside the right picture.
 * @param {PlannedTrial} trial
 * @returns {Row}
 */
function beside({ foil }) {
  if (!foil) return {};
  return {
    foil: foil.picture,
    foil_class: foil.answer,
    foil_towards: foil.towards,
    foil_epsilon_224: foil.epsilon_224,
    likeness: foil.likeness,
    side: foil.on_left ? "right" : "left",
  };
}

/**
 * The columns that say how a trial was to run.
 * @param {Timing} timing
 */
function asked({ stimulus_ms, blank_ms, choice_ms, lockout_ms }) {
  return {
    stimulus_duration_msec: stimulus_ms,
    post_stimulus_delay_duration_msec: blank_ms,
    choice_duration_msec: choice_ms,
    pre_choice_lockout_delay_duration_msec: lockout_ms,
    keep_stimulus_on: Number(stimulus_ms === 0),
  };
}

/**
 * The columns that say how it ran.
 * @param {Answer} answer
 */
function measured(answer) {
  const { choice, reaction_ms, onset_ms, choices_ms, frames_asked, frames_shown, frames_dropped, left, sureness } =
    answer;
  return {
    choice,
    reaction_time_msec: reaction_ms,
    rel_timestamp_response: reaction_ms === null ? null : tenths(choices_ms + reaction_ms),
    timestamp_start: Math.round(performance.timeOrigin + onset_ms),
    onset_ms,
    choices_ms,
    frames_asked,
    frames_shown,
    frames_dropped,
    left: Number(left),
    sureness: sureness ?? null,
  };
}
