// @ts-check
//
// The runner: shows the trials of a course and records what the learner does, frame by frame.
//
// It knows two ways to get trials and to store answers, its backends: the server of the app (server_backend.js) and a
// file beside the page (plan_backend.js, for experiments without a server). An answer is stored before the next trial
// shows. What they say to each other stands in types.js.

import { element } from "../shared/dom.js";
import { isShortcut, onPress } from "../shared/pointer.js";
import { cardPanel } from "./card.js";
import { frameInterval } from "./frames.js";
import { isPressedBySpace, isWrittenInto, keyOf, saidBy, sideOf } from "./keys.js";
import { filled, instructions, MESSAGES } from "./messages.js";
import { Pictures } from "./pictures.js";
import { Presentation } from "./presentation.js";
import { Screen } from "./screen.js";
import { NEVER, sleep } from "./waiting.js";
import { Where } from "./where.js";

/**
 * @typedef {import("./types.js").Backend} Backend
 * @typedef {import("./types.js").Batch} Batch
 * @typedef {import("./types.js").Config} Config
 * @typedef {import("./types.js").Done} Done
 * @typedef {import("./types.js").Reply} Reply
 * @typedef {import("./types.js").Trial} Trial
 * @typedef {import("./types.js").Trouble} Trouble
 */

class Runner {
  /** @type {(() => void) | null} what the space bar, a click or a tap does now */
  #goOn = null;
  /** @type {((sureness: number) => void) | null} what is done with how sure the learner is; null while nobody asks */
  #rate = null;
  /** @type {?string} the block that is on */
  #block = null;
  #closing = new AbortController();

  /**
   * @param {ParentNode} root
   * @param {Config} config
   * @param {Backend} backend
   * @param {(screen: Screen) => void} onDone
   */
  constructor(root, config, backend, onDone) {
    const { signal } = this.#closing;
    this.config = config;
    this.timing = config.timing;
    this.messages = { ...MESSAGES, ...config.messages };
    this.backend = backend;
    this.onDone = onDone;
    this.screen = new Screen(root, config, this.messages, signal);
    this.presentation = new Presentation(this.screen, config, signal);
    /** @param {number} ms */
    this.sleep = (ms) => sleep(ms, signal);
    const onMissing = () => this.screen.trouble(this.messages.pictureMissing);
    this.pictures = new Pictures({ sleep: this.sleep, onMissing, messages: this.messages });
    this.#listen(signal);
    backend.attach({
      notify: (trouble) => this.#notify(trouble),
      sleep: this.sleep,
      measures: () => this.screen.measures(),
    });
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const { screen, presentation } = this;
    for (const [i, button] of screen.buttons.entries()) {
      onPress(button, (at) => presentation.choose?.(i, at), signal);
    }
    for (const parts of [screen.pair.buttons, screen.pair.frames]) {
      for (const [i, part] of parts.entries()) onPress(part, (at) => presentation.choose?.(i, at), signal);
    }
    onPress(screen.onward, () => this.#goOn?.(), signal);
    screen.stage.addEventListener("pointerdown", (event) => this.#tap(event), { signal });
    // Before anybody else on the page: Streamlit has shortcuts of its own.
    window.addEventListener("keydown", (event) => this.#press(event), { signal, capture: true });
    window.addEventListener("blur", () => presentation.leave(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && presentation.leave(), { signal });
  }

  close() {
    this.#closing.abort();
    this.screen.frame.remove();
  }

  get #closed() {
    return this.#closing.signal.aborted;
  }

  async run() {
    try {
      for (;;) {
        const batch = await this.backend.next();
        if (this.#closed) return;
        if (batch.done) {
          this.#finish(batch);
          return;
        }
        if (!batch.trials.length) throw new Error("The course has no trial to show, and is not done either.");
        await this.#play(batch);
      }
    } catch (error) {
      if (this.#closed) return;
      this.screen.trouble(this.messages.broken);
      throw error;
    }
  }

  /**
   * Show the trials of one batch.
   * @param {Batch} batch
   */
  async #play(batch) {
    await this.#prepare(batch);
    for (const [i, trial] of batch.trials.entries()) {
      this.screen.progress(batch.number + i, batch.total, { running: true });
      await this.#attended();
      const reply = await this.#trial(trial, batch.feedback);
      if (this.#closed) await NEVER;
      if (reply.correct === undefined) return;
    }
  }

  /**
   * Load what a batch shows; before a new block there is a rest.
   * @param {Batch} batch
   */
  async #prepare(batch) {
    const { screen, messages } = this;
    const opens = batch.block !== this.#block;
    const loading = element("p", { class: "loading", role: "status" });
    const button = element("button", { type: "button", text: batch.number ? messages.goOn : messages.begin });
    if (opens) this.#rest(batch, loading, button);
    await this.pictures.load(batch.trials, (number, total) => {
      loading.textContent = filled(messages.loading, { number, total });
    });
    screen.trouble(null);
    if (!opens) return;
    this.presentation.interval = await frameInterval();
    loading.textContent = messages.loaded;
    await this.#wanted(button);
    screen.extra.replaceChildren();
    this.#block = batch.block;
    screen.stage.focus({ preventScroll: true });
    // Where the page was scrolled to the button, the picture would be half behind the page's header.
    screen.stage.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /**
   * @param {Batch} batch
   * @param {HTMLElement} loading
   * @param {HTMLButtonElement} button
   */
  #rest(batch, loading, button) {
    const { screen, messages, timing } = this;
    const { layout, calibrate } = this.config;
    screen.progress(batch.number, batch.total, { running: false });
    const pair = batch.trials.some((trial) => trial.second);
    const brief = timing.stimulus_ms > 0;
    const sentences = instructions(messages, { feedback: batch.feedback, layout, brief, pair });
    button.disabled = true;
    screen.say(batch.number ? messages.rest : messages.ready, sentences, loading, button);
    // Below the stage: there is room for a whole card, and it can be scrolled to.
    if (calibrate) screen.extra.replaceChildren(cardPanel(screen));
    screen.makeRoom(false);
    screen.phase("rest", "sheet");
  }

  /**
   * Wait until the learner presses `button` or the space bar.
   * @param {HTMLButtonElement} button
   */
  async #wanted(button) {
    button.disabled = false;
    button.focus({ preventScroll: true });
    await this.#wentOn((goOn) => onPress(button, goOn, this.#closing.signal));
  }

  /**
   * Wait until the learner goes on.
   * @param {(goOn: () => void) => void} [offer] a further way to go on
   */
  async #wentOn(offer) {
    await new Promise((resolve) => {
      this.#goOn = () => resolve(undefined);
      offer?.(this.#goOn);
    });
    this.#goOn = null;
  }

  /** Pause while the learner is elsewhere. */
  async #attended() {
    if (!document.hidden && document.hasFocus()) return;
    const { screen, messages } = this;
    const button = element("button", { type: "button", text: messages.goOn });
    screen.say(messages.paused, [messages.whyPaused], button);
    screen.phase("paused", "sheet");
    await this.#wanted(button);
  }

  /**
   * @param {Trial} trial
   * @param {boolean} feedback
   */
  async #trial(trial, feedback) {
    const { screen, config } = this;
    const pictures = await this.pictures.of(trial);
    if (config.rotate) screen.arrange(Math.floor(Math.random() * config.classes.length));
    screen.lay(trial, pictures);
    screen.phase("blank");
    const answer = await this.presentation.show(trial);
    if (config.sureness && answer.choice) answer.sureness = await this.#sureness();
    screen.phase("sending", ...(feedback ? /** @type {const} */ (["picture"]) : []));
    const reply = await this.backend.answer(answer);
    if (feedback && reply.correct !== undefined) await this.#feedback(reply, { late: answer.choice === "" });
    screen.phase("blank");
    await this.sleep(this.timing.between_ms);
    return reply;
  }

  /**
   * Ask how sure the learner is, and return it: 1 for a guess to 4.
   * @returns {Promise<number>}
   */
  #sureness() {
    const { screen, messages } = this;
    const said = [messages.sure1, messages.sure2, messages.sure3, messages.sure4];
    return new Promise((resolve) => {
      /** @param {number} sureness */
      this.#rate = (sureness) => {
        this.#rate = null;
        resolve(sureness);
      };
      const buttons = said.map((text, i) => {
        const button = element("button", { type: "button", text: `${i + 1} ${text}`, "aria-keyshortcuts": i + 1 });
        onPress(button, () => this.#rate?.(i + 1), this.#closing.signal);
        return button;
      });
      screen.say(messages.howSure, [], element("div", { class: "sureness" }, ...buttons));
      screen.phase("sureness", "sheet");
    });
  }

  /**
   * @param {Reply} reply
   * @param {{late: boolean}} options
   */
  async #feedback(reply, { late }) {
    const { screen, timing } = this;
    screen.judge(reply, { late });
    const where = reply.where ? await this.#where(reply.where) : null;
    screen.phase("feedback", "picture", "feedback");
    where?.start();
    await this.sleep(reply.correct ? timing.feedback_correct_ms : timing.feedback_wrong_ms);
    screen.phase("feedback", "picture", "feedback", "onward");
    await this.#wentOn();
    where?.stop();
    screen.flip.replaceChildren();
  }

  /**
   * Put both versions of the picture in its place, with rings around what speaks for its class.
   * @param {import("./types.js").Where} shown
   */
  async #where(shown) {
    const { screen, messages } = this;
    const pictures = await this.pictures.copies([shown.original, shown.enhanced]);
    const where = new Where(shown, pictures, messages, this.#closing.signal);
    screen.picture.replaceChildren(where.frame);
    screen.flip.replaceChildren(where.button);
    if (shown.rings.length) screen.also(messages.ringed);
    return where;
  }

  /** @param {Done} counted */
  #finish({ number, total }) {
    const { screen, messages } = this;
    screen.progress(number ?? total ?? 1, total ?? number ?? 1, { running: false });
    screen.say(messages.finished, [messages.thanks]);
    screen.phase("done", "sheet");
    this.onDone(screen);
  }

  /**
   * Say what is in the way, as a backend reports it.
   * @param {?Trouble} trouble
   */
  #notify(trouble) {
    const { screen, messages } = this;
    if (!trouble) return screen.trouble(null);
    if (trouble.offline) return screen.trouble(trouble.waiting ? messages.offline : messages.offlineEmpty);
    return screen.trouble(trouble.refused || filled(messages.refused, trouble), messages.again);
  }

  /** @param {PointerEvent} event */
  #tap(event) {
    // A sheet goes on by its button only: it may hold a slider.
    if (event.button === 0 && this.screen.frame.dataset.phase === "feedback") this.#goOn?.();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (isShortcut(event) || event.repeat) return;
    const [target] = event.composedPath();
    if (isWrittenInto(target)) return;
    const act = this.#meaningOf(event, target);
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  /**
   * Whether what has the focus wants the space bar. Between two pictures only the runner's own button does, or a button
   * of the page that was clicked once would be pressed with every feedback.
   * @param {EventTarget} target
   */
  #spaceIsTaken(target) {
    return (
      isPressedBySpace(target) && (target === this.screen.onward || this.screen.frame.dataset.phase !== "feedback")
    );
  }

  /**
   * The place of the choice that a key means, −1 where it means none.
   * @param {KeyboardEvent} event
   */
  #placeOf(event) {
    if (this.screen.paired) return sideOf(event);
    const { classes } = this.config;
    return classes.findIndex((_, i) => keyOf(i, classes.length) === saidBy(event));
  }

  /**
   * What a key does now, or null.
   * @param {KeyboardEvent} event
   * @param {EventTarget} target
   */
  #meaningOf(event, target) {
    if (this.#goOn && event.key === " ") return this.#spaceIsTaken(target) ? null : () => this.#goOn?.();
    const sureness = Number(saidBy(event));
    if (this.#rate && sureness >= 1 && sureness <= MOST_SURE) return () => this.#rate?.(sureness);
    if (!this.presentation.choose) return null;
    const index = this.#placeOf(event);
    return index < 0 ? null : () => this.presentation.choose?.(index, event.timeStamp);
  }
}

const MOST_SURE = 4;

/**
 * Run a course inside `root`.
 * @param {ParentNode} root
 * @param {Config} config
 * @param {Backend} backend
 * @param {(screen: Screen) => void} [onDone] called once, after the last answer is stored
 * @returns {{close: () => void, finished: Promise<void>}}
 */
export function start(root, config, backend, onDone = () => {}) {
  const runner = new Runner(root, config, backend, onDone);
  return { close: () => runner.close(), finished: runner.run() };
}
