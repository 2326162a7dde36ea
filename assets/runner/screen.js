// @ts-check

import { element } from "../shared/dom.js";
import { onPress } from "../shared/pointer.js";
import { pxPerMm } from "./card.js";
import { keyOf } from "./keys.js";
import { filled } from "./messages.js";
import { Pair } from "./pair.js";
import { LARGEST_PICTURE, ringOf, rowsOf } from "./ring.js";
import { drawnShape } from "./shapes.js";

/**
 * @typedef {import("./types.js").Config} Config
 * @typedef {import("./types.js").Reply} Reply
 * @typedef {import("./types.js").Trial} Trial
 * @typedef {import("./messages.js").Messages} Messages
 * @typedef {"picture" | "choices" | "feedback" | "onward" | "sheet"} Shown what a phase may show
 */

const UPRIGHT_PX = 480; // above it the square ring has room for a picture as large as the paper's
const UPRIGHT_RATIO = 1.4;

/**
 * Whether there is room for rows below and above a picture, and too little width for a ring around one.
 * @param {Element} frame
 */
const isUpright = (frame) =>
  frame.clientWidth > 0 && frame.clientWidth <= UPRIGHT_PX && window.innerHeight >= UPRIGHT_RATIO * frame.clientWidth;

/** Everything that is on the page. What shows is one attribute, so that it changes within one frame. */
export class Screen {
  /** The picture's side, in shares of the stage's. */
  share = LARGEST_PICTURE;
  /** By how many places the ring is turned. */
  #turn = 0;
  /** Whether buttons stand in rows below and above the picture, as on a phone that is held upright. */
  #upright = false;
  /** The stage's height in shares of its width, where the ring says it. */
  #tall = 1;

  /**
   * @param {ParentNode} root
   * @param {Config} config
   * @param {Messages} messages
   * @param {AbortSignal} signal says that nobody looks any more
   */
  constructor(root, config, messages, signal) {
    this.config = config;
    this.messages = messages;
    this.signal = signal;
    this.count = element("p", { class: "count" });
    this.bar = element("progress", { "aria-label": messages.courseProgress, max: 1, value: 0 });
    this.picture = element("div", { class: "picture" });
    this.verdict = element("div", { class: "verdict", "aria-hidden": "true" });
    this.right = element("p", { class: "right" });
    this.altered = element("p", { class: "altered", text: messages.altered });
    this.buttons = config.classes.map(() => element("button", { type: "button", class: "choice" }));
    this.pair = new Pair(messages);
    this.sheet = element("div", { class: "sheet" });
    this.stage = this.#stage();
    this.onward = element("button", { type: "button", class: "onward", text: messages.goOn });
    this.flip = element("span", { class: "flips" });
    this.notice = element("div", { class: "notice", role: "alert" });
    this.extra = element("div", { class: "extra" });
    this.spoken = element("p", { class: "spoken", role: "status" });
    this.frame = this.#frame();
    root.append(this.frame);
    this.arrange();
    this.phase("loading");
    this.#followRoom();
  }

  /** Lay the buttons out anew where a phone is turned. */
  #followRoom() {
    const room = new ResizeObserver(() => {
      if (isUpright(this.frame) !== this.#upright) this.arrange(this.#turn);
    });
    room.observe(this.frame);
    this.signal.addEventListener("abort", () => room.disconnect());
  }

  #stage() {
    const { messages } = this;
    return element(
      "div",
      { class: "stage", tabindex: "-1", role: "group", "aria-label": messages.oneTrial },
      this.verdict,
      this.pair.asked,
      this.picture,
      element("div", { class: "choices", role: "group", "aria-label": messages.choices }, ...this.buttons),
      element("div", { class: "below" }, this.right, this.altered),
      this.sheet,
    );
  }

  #frame() {
    const { messages } = this;
    const { layout, language } = this.config;
    return element(
      "section",
      {
        class: "runner",
        "aria-label": messages.course,
        "data-layout": layout,
        ...(language ? { lang: language } : {}),
      },
      element("div", { class: "head" }, this.count, this.bar),
      this.stage,
      this.notice,
      element(
        "div",
        { class: "foot" },
        this.onward,
        this.flip,
        element("span", { class: "hint", text: messages.howToGoOn }),
      ),
      element("p", { class: "caution", text: messages.caution }),
      this.extra,
      this.spoken,
    );
  }

  /** Put the buttons around the picture, turned by `turn` places. */
  arrange(turn = 0) {
    const { layout, classes } = this.config;
    this.#turn = turn;
    this.#upright = isUpright(this.frame);
    const { button, picture, tall, places } = (this.#upright ? rowsOf : ringOf)(classes.length, turn);
    const { style } = this.stage;
    style.setProperty("--button", String(button));
    if (layout === "ring") {
      style.setProperty("--picture", String(picture));
      this.#tall = tall;
      style.setProperty("--tall", String(tall));
    }
    this.share = layout === "ring" ? picture : LARGEST_PICTURE;
    for (const [i, { x, y }] of places.entries()) {
      this.buttons[i].style.setProperty("--x", String(x));
      this.buttons[i].style.setProperty("--y", String(y));
    }
    this.size();
  }

  /** Take the learner's calibration, where there is one and the course says how large pictures are. */
  size() {
    const { picture_mm: wanted } = this.config;
    const perMm = pxPerMm();
    if (wanted && perMm) this.frame.style.setProperty("--stage", `${((wanted * perMm) / this.share) * this.#tall}px`);
  }

  /**
   * Say what happens, and what shows. Whose button is hidden by it keeps a place here, not at the top of the page.
   * @param {string} name
   * @param {...Shown} shown
   */
  phase(name, ...shown) {
    const { activeElement: focused } = /** @type {Document | ShadowRoot} */ (this.stage.getRootNode());
    const own = focused !== this.stage && this.frame.contains(focused);
    this.frame.dataset.phase = name;
    this.frame.dataset.shows = shown.join(" ");
    if (own && !focused?.checkVisibility({ visibilityProperty: true })) this.stage.focus({ preventScroll: true });
  }

  /**
   * @param {number} done
   * @param {number} total
   * @param {{running: boolean}} options whether a trial is on
   */
  progress(done, total, { running }) {
    const { messages } = this;
    this.bar.max = total;
    this.bar.value = done;
    const number = running ? done + 1 : done;
    this.count.textContent = filled(running ? messages.trial : messages.progress, { number, total });
  }

  /** Whether two pictures stand there. */
  get paired() {
    return "pair" in this.frame.dataset;
  }

  /**
   * Make room for one picture, or for two side by side.
   * @param {boolean} two
   */
  makeRoom(two) {
    this.frame.toggleAttribute("data-pair", two);
    if (two) this.picture.after(this.pair.choices);
    else this.pair.choices.remove();
  }

  /**
   * Lay out a trial, out of sight.
   * @param {Trial} trial
   * @param {Element[]} pictures
   */
  lay(trial, pictures) {
    const two = pictures.length > 1;
    this.makeRoom(two);
    this.picture.replaceChildren(...(two ? this.pair.lay(trial, pictures) : pictures));
    if (two) return;
    if (pictures[0] instanceof HTMLImageElement) pictures[0].alt = this.messages.picture;
    const { classes } = this.config;
    for (const [i, { id, label }] of classes.entries()) {
      const shape = trial.relabelled?.[id];
      const key = keyOf(i, classes.length);
      this.#label(this.buttons[i], shape ? this.messages[shape] : label, key, shape ? [drawnShape(shape)] : []);
    }
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} said
   * @param {string} key
   * @param {Element[]} drawn
   */
  #label(button, said, key, drawn) {
    const longest = Math.max(...said.split(/\s+/).map((word) => word.length));
    button.style.setProperty("--letters", String(Math.max(longest, 4)));
    button.setAttribute("aria-keyshortcuts", key);
    button.replaceChildren(
      element("span", { class: "cue" }, element("kbd", { text: key.toUpperCase() }), ...drawn),
      element("span", { text: said }),
    );
  }

  /**
   * @param {Reply} reply
   * @param {{late: boolean}} options whether time ran out
   */
  judge(reply, { late }) {
    const { messages } = this;
    const word = reply.correct ? messages.correct : late ? messages.timeOut : messages.wrong;
    this.verdict.dataset.correct = String(reply.correct);
    this.verdict.replaceChildren(
      element("span", { class: "mark", text: reply.correct ? "✓" : "✗" }),
      element("span", { text: word }),
    );
    this.right.textContent = this.paired ? this.pair.judge(reply) : filled(messages.answerIs, { right: reply.right });
    this.altered.hidden = !reply.altered;
    this.altered.nextElementSibling?.remove();
    this.spoken.textContent = `${word}. ${this.right.textContent}. ${reply.altered ? messages.altered : ""}`;
  }

  /**
   * Say a further sentence with the feedback.
   * @param {string} sentence
   */
  also(sentence) {
    this.altered.after(element("p", { class: "also", text: sentence }));
    this.spoken.textContent += ` ${sentence}`;
  }

  /**
   * Show a sheet of words instead of a trial.
   * @param {string} heading
   * @param {string[]} sentences
   * @param {...Element} more
   */
  say(heading, sentences, ...more) {
    this.sheet.replaceChildren(
      element("h2", { text: heading }),
      ...sentences.map((text) => element("p", { text })),
      ...more,
    );
  }

  /**
   * Say that something is in the way, or nothing any more. Returns when the learner wants to try again.
   * @param {?string} sentence
   * @param {string} [again] what the button says, where there is one
   * @returns {Promise<void>}
   */
  trouble(sentence, again) {
    if (!sentence) {
      this.notice.replaceChildren();
      return Promise.resolve();
    }
    this.notice.replaceChildren(element("p", { text: sentence }));
    if (!again) return Promise.resolve();
    const button = element("button", { type: "button", text: again });
    this.notice.append(button);
    return new Promise((resolve) => onPress(button, () => resolve(), this.signal));
  }

  /** How large things are now, as it is recorded with every answer. */
  measures() {
    /** @param {Element} node */
    const width = (node) => Math.round(node.getBoundingClientRect().width);
    return {
      stimulus_width_px: width(this.paired ? this.pair.frames[0] : this.picture),
      choice_width_px: width((this.paired ? this.pair : this).buttons[0]),
      monitor_width_px: window.screen.width,
      monitor_height_px: window.screen.height,
      px_per_mm: pxPerMm(),
    };
  }
}
