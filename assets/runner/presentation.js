// @ts-check

import { tenths } from "../shared/numbers.js";
import { FrameWatch, nextFrame } from "./frames.js";
import { SIDES } from "./pair.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Config} Config
 * @typedef {import("./types.js").Trial} Trial
 * @typedef {{choice: string, after: number}} Chosen what was chosen, and how long after the choices came
 * @typedef {{onset: number, choices: number, watch: FrameWatch, asked?: number, shown?: number}} Times
 *   when picture and choices came, and for how many frames the picture was to be there and was
 */

const INTERVAL_UNTIL_MEASURED_MS = 1000 / 60;

/** Shows one trial after another, frame by frame, and measures when what was on the screen. */
export class Presentation {
  /** The screen's frame interval. */
  interval = INTERVAL_UNTIL_MEASURED_MS;
  /** Whether the learner was elsewhere during this trial. */
  #left = false;
  /** @type {((index: number, at: number) => void) | null} what a choice does now; null while there is nothing to choose */
  choose = null;

  /**
   * @param {import("./screen.js").Screen} screen
   * @param {Config} config
   * @param {AbortSignal} signal
   */
  constructor(screen, { classes, timing }, signal) {
    this.screen = screen;
    this.classes = classes;
    this.timing = timing;
    this.signal = signal;
  }

  /** Note that the window is hidden or lost the focus. */
  leave() {
    this.#left = true;
  }

  /**
   * Show a trial that is laid out, and return what the learner did.
   * @param {Trial} trial
   * @returns {Promise<Answer>}
   */
  async show(trial) {
    this.#left = false;
    return this.timing.stimulus_ms ? this.#shownBriefly(trial) : this.#shownUntilAnswered(trial);
  }

  /**
   * Picture and choices come together and stay.
   * @param {Trial} trial
   */
  async #shownUntilAnswered(trial) {
    const watch = new FrameWatch(this.interval, await nextFrame());
    const onset = watch.tick(await nextFrame());
    this.screen.phase("choices", "picture", "choices");
    watch.follow();
    const chosen = await this.#chosen(trial, onset);
    watch.stop();
    return this.#recorded(trial, chosen, { onset, choices: onset, watch });
  }

  /**
   * The picture for so many frames, nothing for a while, then the choices.
   * @param {Trial} trial
   */
  async #shownBriefly(trial) {
    const { interval, screen } = this;
    const { stimulus_ms: stimulusMs, blank_ms: blankMs } = this.timing;
    const asked = Math.max(1, Math.round(stimulusMs / interval));
    const watch = new FrameWatch(interval, await nextFrame());
    const onset = watch.tick(await nextFrame());
    screen.phase("stimulus", "picture");
    let now = onset;
    let shown = 0;
    // By the clock too: after a frame that was skipped the picture has been on for longer than the frames counted.
    for (let counted = 1; shown < asked; counted += 1) {
      now = watch.tick(await nextFrame());
      shown = Math.max(counted, Math.round((now - onset) / interval));
    }
    screen.phase("blank");
    const away = now;
    while (now - away < blankMs - interval / 2) now = await nextFrame();
    screen.phase("choices", "choices");
    const chosen = await this.#chosen(trial, now);
    return this.#recorded(trial, chosen, { onset, choices: now, watch, asked, shown });
  }

  /**
   * Wait for a choice, until time is out. Answers within the lockout do not count.
   * @param {Trial} trial
   * @param {number} choicesAt
   * @returns {Promise<?Chosen>}
   */
  #chosen(trial, choicesAt) {
    const { lockout_ms: lockout, choice_ms: longest } = this.timing;
    return new Promise((resolve) => {
      /** @param {?Chosen} chosen */
      const settle = (chosen) => {
        clearTimeout(timer);
        this.choose = null;
        resolve(chosen);
      };
      const timer = setTimeout(() => settle(null), longest - (performance.now() - choicesAt));
      this.choose = (index, at) => {
        const after = at - choicesAt;
        if (after < lockout) return;
        settle(after > longest ? null : { choice: this.#offered(trial)[index], after });
      };
      this.signal.addEventListener("abort", () => clearTimeout(timer));
    });
  }

  /**
   * What the buttons say, in their order.
   * @param {Trial} trial
   */
  #offered(trial) {
    return trial.second ? SIDES : this.classes.map(({ id }) => trial.relabelled?.[id] ?? id);
  }

  /**
   * @param {Trial} trial
   * @param {?Chosen} chosen
   * @param {Times} times
   * @returns {Answer}
   */
  #recorded(trial, chosen, { onset, choices, watch, asked, shown }) {
    return {
      trial: trial.number,
      choice: chosen?.choice ?? "",
      reaction_ms: chosen ? tenths(chosen.after) : null,
      onset_ms: tenths(onset),
      choices_ms: tenths(choices),
      frames_asked: asked ?? null,
      frames_shown: shown ?? null,
      frames_dropped: watch.dropped,
      left: this.#left,
    };
  }
}
