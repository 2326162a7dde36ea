// The runner: shows the trials of a course and records what the learner does, frame by frame.
//
// It knows two ways to get trials and to store answers, its backends: the server of the app (HttpBackend) and a file
// beside the page (StaticBackend, for experiments without a server). An answer is stored before the next trial shows.
//
// All times are milliseconds of performance.now(), since the page was opened. Onsets are when the frame was prepared
// that shows the thing: what the screen does with it later, no page can know.

/**
 * @typedef {{id: string, label: string}} Choice
 * @typedef {{stimulus_ms: number, blank_ms: number, choice_ms: number, lockout_ms: number, feedback_correct_ms: number,
 *   feedback_wrong_ms: number, between_ms: number}} Timing as in lwise_core/teaching/design/timing.py
 * @typedef {{number: number, stimulus: string, altered: boolean, relabelled: Object<string, string>}} Trial
 *   `stimulus` is an address, or “shape:circle” or “shape:triangle”; `relabelled` gives the classes whose buttons say a
 *   shape in this trial.
 * @typedef {{done: boolean, number: number, total: number, block: string, feedback: boolean, trials: Trial[]}} Batch
 *   `number` counts the answers so far; `trials` come next, all of them of `block`.
 * @typedef {{trial: number, choice: string, reaction_ms: ?number, onset_ms: number, choices_ms: number,
 *   frames_asked: ?number, frames_shown: ?number, frames_dropped: number, left: boolean}} Answer
 *   `choice` is empty when time ran out; `left` says that the window was hidden or lost the focus meanwhile.
 * @typedef {{stored: boolean, correct?: boolean, right?: string, altered?: boolean}} Reply
 *   Without `correct` the answer had been stored before, and the trials are asked for anew.
 * @typedef {{next: () => Promise<Batch>, answer: (answer: Answer) => Promise<Reply>}} Backend
 * @typedef {{classes: Choice[], layout: "ring"|"keys", timing: Timing, rotate?: boolean, calibrate?: boolean,
 *   picture_mm?: ?number, api?: string, token?: string, messages?: Object<string, string>}} Config
 */

const FRAMES_MEASURED = 30;
const DROPPED_FROM = 1.5; // frame intervals between two frames, above which some were skipped
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10000;
const ANSWER_WITHIN_MS = 15000; // a server that is silent for longer counts as gone
const CONFLICT = 409; // the answer is there already
const SERVER_TROUBLE = 500;
const CARD_MM = { long: 85.6, short: 53.98 }; // ISO/IEC 7810 ID-1
const PX_PER_MM = { least: 2, most: 10, usual: 96 / 25.4 };
const PX_PER_MM_KEY = "lwise-px-per-mm";
const NARROW_PX = 560; // below it the card stands upright, or it would not fit
const LARGEST_PICTURE = 0.6; // of the stage's side
const GAP = 0.012; // between a picture and its ring
const MORE_KEYS = "qwerty"; // after the ten digits
const SVG = "http://www.w3.org/2000/svg";
const NEVER = new Promise(() => {}); // what waits in a runner that was closed

const SHAPES = {
  circle: { label: "Circle", draw: "circle", attributes: { cx: 50, cy: 50, r: 36 } },
  triangle: { label: "Triangle", draw: "polygon", attributes: { points: "50,12 90,82 10,82" } },
};

const MESSAGES = {
  caution: "Pictures may have been altered by a neural network. Not for diagnosis.",
  ready: "Ready?",
  rest: "Take a break",
  withFeedback: "Next: with feedback. After each answer you are told what was right.",
  withoutFeedback: "Next: without feedback. Nobody tells you what was right.",
  brief: "The picture is shown only briefly, so look at the middle.",
  howRing: "Answer with the buttons around the picture or with the keys written on them.",
  howKeys: "Answer with the keys written on the buttons or with the buttons themselves.",
  progress: "{number} of {total} done",
  trial: "Picture {number} of {total}",
  loading: "Loading pictures: {number} of {total}",
  loaded: "All pictures are here.",
  pictureMissing: "A picture could not be loaded. It is being tried again.",
  begin: "Start",
  goOn: "Go on",
  howToGoOn: "Space bar, click or tap",
  correct: "Right",
  wrong: "Wrong",
  timeOut: "Too late",
  answerIs: "{right}",
  altered: "This picture was altered.",
  paused: "Paused",
  whyPaused: "You left this window. Go on when you are back; nothing is lost.",
  offline: "No connection. Your answer is kept here and will be sent.",
  offlineEmpty: "No connection. It is being tried again; nothing is lost.",
  refused: "The server did not accept this (error {status}).",
  again: "Try again",
  finished: "Finished",
  thanks: "Thank you. Every answer is stored.",
  broken: "Something went wrong on this page. Reload it: you go on where you were.",
  calibrate: "Set the size with a bank card",
  howToCalibrate: "Hold a bank card to the screen and move the slider until the frame is as large as the card.",
  cardSize: "Size of the card",
};

// ---------------------------------------------------------------------------------------------- small things

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const tenths = (ms) => Math.round(ms * 10) / 10;
const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
const backOff = (attempt) => Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);

/** Make an element; what is given as `text` is never read as markup. */
function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

/** Draw a shape that calibration trials ask for. */
function shapeOf(name, { named = true } = {}) {
  const { label, draw, attributes } = SHAPES[name];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute(...(named ? ["aria-label", label] : ["aria-hidden", "true"]));
  if (named) svg.setAttribute("role", "img");
  const drawn = document.createElementNS(SVG, draw);
  for (const [key, value] of Object.entries(attributes)) drawn.setAttribute(key, value);
  svg.append(drawn);
  return svg;
}

/** Call `act` with the event's time for a press by mouse, finger, keyboard or assistive technology: at once where there
    is a pointer, because a click comes only when it is lifted. */
function onPress(target, act, signal) {
  const options = { signal };
  target.addEventListener("pointerdown", (event) => event.button === 0 && act(event.timeStamp), options);
  target.addEventListener("click", (event) => event.detail === 0 && act(event.timeStamp), options);
}

/** A store that forgets when the browser keeps nothing, as in some private windows. */
class Kept {
  constructor(area, key) {
    this.key = key;
    this.memory = null;
    try {
      this.store = window[area];
    } catch {
      this.store = null;
    }
  }

  get value() {
    try {
      return JSON.parse(this.store?.getItem(this.key) ?? "null") ?? this.memory;
    } catch {
      return this.memory;
    }
  }

  set value(value) {
    this.memory = value;
    try {
      if (value === null) this.store?.removeItem(this.key);
      else this.store?.setItem(this.key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the memory of this page has it.
    }
  }
}

// ---------------------------------------------------------------------------------------------- places and keys

/**
 * Where the buttons of a ring lie and how large the picture inside may be, in shares of the stage's side.
 *
 * Two choices lie left and right; more go clockwise from the right, as in the paper's experiments.
 * @returns {{button: number, picture: number, places: {x: number, y: number}[]}} centres of buttons
 */
export function ringOf(count, turn = 0) {
  const button = count <= 4 ? 0.2 : count <= 8 ? 0.17 : 0.145;
  const radius = (1 - button) / 2 - 0.005;
  const first = count === 2 ? Math.PI : 0;
  const places = Array.from({ length: count }, (_, i) => {
    const angle = first + (2 * Math.PI * (i + turn)) / count;
    return { x: 0.5 + radius * Math.cos(angle), y: 0.5 + radius * Math.sin(angle) };
  });
  let half = LARGEST_PICTURE / 2;
  const beside = ({ x, y }) => {
    const dx = Math.max(Math.abs(x - 0.5) - half, 0);
    const dy = Math.max(Math.abs(y - 0.5) - half, 0);
    return Math.hypot(dx, dy) >= button / 2 + GAP;
  };
  while (!places.every(beside)) half -= 0.005;
  return { button, picture: 2 * half, places };
}

/** The key for choice `index` of `count`: F and J for two, digits otherwise, then the row of letters below them. */
export function keyOf(index, count) {
  if (count === 2) return "fj"[index];
  return index < 10 ? String((index + 1) % 10) : MORE_KEYS[index - 10];
}

/** What a key says, whatever the keyboard's layout does to its row of digits. */
function saidBy(event) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  return digit ? digit[1] : event.key.toLowerCase();
}

// ---------------------------------------------------------------------------------------------- frames

/** The time of the next frame of the screen; what is done right after it is awaited is part of that frame. */
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));

/** Measure the screen's frame interval; frames that were skipped meanwhile do not count. */
async function frameInterval() {
  const gaps = [];
  let before = await nextFrame();
  while (gaps.length < FRAMES_MEASURED) {
    const now = await nextFrame();
    gaps.push(now - before);
    before = now;
  }
  const median = gaps.toSorted((a, b) => a - b)[FRAMES_MEASURED / 2];
  const regular = gaps.filter((gap) => gap < DROPPED_FROM * median && gap > median / DROPPED_FROM);
  return regular.reduce((sum, gap) => sum + gap, 0) / regular.length;
}

/** Counts the frames that the browser skipped, from the one before the picture on. */
class FrameWatch {
  constructor(interval, now) {
    this.interval = interval;
    this.last = now;
    this.dropped = 0;
    this.following = false;
  }

  tick(now) {
    const gap = now - this.last;
    if (gap > DROPPED_FROM * this.interval) this.dropped += Math.round(gap / this.interval) - 1;
    this.last = now;
    return now;
  }

  /** Count on by itself, until it is stopped. */
  async follow() {
    this.following = true;
    while (this.following) {
      const now = await nextFrame();
      if (this.following) this.tick(now);
    }
  }

  stop() {
    this.following = false;
  }
}

// ---------------------------------------------------------------------------------------------- backends

/** Answers that the server has not confirmed; they outlive the page. */
class Outbox {
  constructor(token) {
    this.kept = new Kept("localStorage", `lwise-outbox:${token}`);
  }

  /** @returns {Answer[]} */
  get waiting() {
    return this.kept.value ?? [];
  }

  put(answer) {
    this.kept.value = [...this.waiting.filter((other) => other.trial !== answer.trial), answer];
  }

  drop(answer) {
    const left = this.waiting.filter((other) => other.trial !== answer.trial);
    this.kept.value = left.length ? left : null;
  }
}

/** The server of the app. Every request is repeated until it is answered. */
export class HttpBackend {
  /** @param {{api: string, token: string}} config */
  constructor({ api, token }) {
    this.address = `${api}/${encodeURIComponent(token)}`;
    this.token = token;
    this.outbox = new Outbox(token);
  }

  /** @param {{notify: (trouble: ?{offline?: boolean, waiting?: boolean, refused?: string, status?: number}) =>
      Promise<void>, sleep: (ms: number) => Promise<void>}} runner says it to the learner; a refusal is awaited until
      the learner wants to try again */
  attach(runner) {
    this.runner = runner;
  }

  async next() {
    for (const answer of this.outbox.waiting) await this.posted(answer);
    return (await this.asked("next", {})).body;
  }

  async answer(answer) {
    this.outbox.put(answer);
    return this.posted(answer);
  }

  async posted(answer) {
    const { body } = await this.asked("answers", { method: "POST", body: JSON.stringify(answer) });
    this.outbox.drop(answer);
    // Where it had been stored before, a conflict says so and not whether it was right: then only the server knows where
    // the course is now.
    return body;
  }

  async asked(what, options) {
    for (let attempt = 0; ; attempt += 1) {
      const reply = await this.tried(what, options);
      if (reply?.good) {
        this.runner.notify(null);
        return reply;
      }
      if (reply) {
        await this.runner.notify({ refused: reply.body?.error, status: reply.status });
        attempt = -1;
      } else {
        this.runner.notify({ offline: true, waiting: this.outbox.waiting.length > 0 });
        await this.runner.sleep(backOff(attempt));
      }
    }
  }

  /** Ask once. Returns null when nobody answered, or a server in trouble did. */
  async tried(what, options) {
    try {
      const response = await fetch(`${this.address}/${what}`, {
        ...options,
        headers: { "X-Sitting": this.token, ...(options.body ? { "Content-Type": "application/json" } : {}) },
        cache: "no-store",
        credentials: "same-origin",
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const { ok, status } = response;
      if (status >= SERVER_TROUBLE) return null;
      const body = ok ? await response.json() : await response.json().catch(() => ({}));
      return { good: ok || status === CONFLICT, status, body };
    } catch {
      return null;
    }
  }
}

/** The columns of a recorded session: the official ones, then what this runner measures besides. */
export const COLUMNS = [
  "participant", "obs", "block", "condition_idx", "trial_type", "class", "stimulus_name", "choice_name", "i_choice",
  "i_correct_choice", "perf", "reaction_time_msec", "rel_timestamp_response", "stimulus_image_url", "trial_number",
  "split", "timestamp_start", "choice_names", "query_string", "stimulus_duration_msec",
  "post_stimulus_delay_duration_msec", "choice_duration_msec", "pre_choice_lockout_delay_duration_msec",
  "keep_stimulus_on", "stimulus_width_px", "choice_width_px", "monitor_width_px", "monitor_height_px",
  "bonus_usd_if_correct", "group", "picture", "choice", "feedback", "simulated", "altered", "epsilon_224", "towards", "difficulty", "onset_ms", "choices_ms", "frames_asked",
  "frames_shown", "frames_dropped", "left", "px_per_mm",
];

/** Rows as comma-separated values (RFC 4180). Texts that a spreadsheet would take for a formula get an apostrophe in
    front, as lwise_core/study/responses.py writes and reads them. */
export function csvOf(rows) {
  const cell = (value) => {
    const guard = typeof value === "string" && /^[=+\-@\t\r'＝＋－＠]/.test(value) ? "'" : "";
    const said = guard + (value ?? "");
    return /[",\r\n]/.test(said) ? `"${said.replaceAll('"', '""')}"` : said;
  };
  return [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))]
    .map((cells) => cells.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n");
}

/** A course that stands in a file beside the page (lwise_core/teaching/courses/static_export.py); this tab keeps the answers. */
export class StaticBackend {
  constructor(plan, participant) {
    this.plan = plan;
    this.participant = participant;
    this.kept = new Kept("sessionStorage", `lwise-static:${plan.experiment}:${participant.label}`);
    this.rows = this.kept.value ?? [];
  }

  /** @param {{measures: () => object}} runner */
  attach(runner) {
    this.runner = runner;
  }

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

  async answer(answer) {
    const trial = this.participant.trials.find(({ number }) => number === answer.trial);
    const correct = answer.choice === trial.answer;
    this.rows.push(this.row(trial, answer, correct));
    this.kept.value = this.rows;
    const right = trial.kind === "calibration" ? SHAPES[trial.answer].label : this.nameOf(trial.answer);
    return { stored: true, correct, right, altered: trial.altered };
  }

  /** The name that this participant knows a class by; a shape is called as it is. */
  nameOf(id) {
    return this.participant.choices.find((choice) => choice.id === id)?.label ?? id;
  }

  /** Where a choice lies, −1 when time ran out. */
  placeOf(trial, id) {
    return this.participant.choices.findIndex((choice) => (trial.relabelled[choice.id] ?? choice.id) === id);
  }

  row(trial, answer, correct) {
    const { timing } = this.plan;
    return {
      participant: this.participant.label,
      obs: this.rows.length,
      block: trial.block,
      condition_idx: this.participant.condition_idx,
      trial_type: trial.kind,
      class: trial.answer,
      stimulus_name: this.nameOf(trial.answer),
      choice_name: this.nameOf(answer.choice),
      i_choice: this.placeOf(trial, answer.choice),
      i_correct_choice: this.placeOf(trial, trial.answer),
      perf: Number(correct),
      reaction_time_msec: answer.reaction_ms,
      rel_timestamp_response: answer.reaction_ms === null ? null : tenths(answer.choices_ms + answer.reaction_ms),
      stimulus_image_url: trial.stimulus,
      trial_number: trial.number,
      split: trial.split,
      timestamp_start: Math.round(performance.timeOrigin + answer.onset_ms),
      choice_names: JSON.stringify(
        this.participant.choices.map(({ id }) => this.nameOf(trial.relabelled[id] ?? id)),
      ),
      query_string: window.location.search,
      stimulus_duration_msec: timing.stimulus_ms,
      post_stimulus_delay_duration_msec: timing.blank_ms,
      choice_duration_msec: timing.choice_ms,
      pre_choice_lockout_delay_duration_msec: timing.lockout_ms,
      keep_stimulus_on: Number(timing.stimulus_ms === 0),
      bonus_usd_if_correct: 0,
      group: this.participant.group,
      picture: trial.picture,
      choice: answer.choice,
      feedback: Number(trial.feedback),
      simulated: 0,
      altered: Number(trial.altered),
      epsilon_224: trial.epsilon_224,
      towards: trial.towards,
      difficulty: trial.difficulty,
      onset_ms: answer.onset_ms,
      choices_ms: answer.choices_ms,
      frames_asked: answer.frames_asked,
      frames_shown: answer.frames_shown,
      frames_dropped: answer.frames_dropped,
      left: Number(answer.left),
      ...this.runner.measures(),
    };
  }
}

// ---------------------------------------------------------------------------------------------- pictures

/** Pictures of one batch, loaded and decoded before they are needed. */
class Pictures {
  constructor({ sleep, onMissing }) {
    this.sleep = sleep;
    this.onMissing = onMissing;
    this.images = new Map();
  }

  /** Load the pictures of these trials and forget all others. */
  async load(trials, onProgress) {
    const wanted = [...new Set(trials.map((trial) => trial.stimulus).filter((name) => !name.startsWith("shape:")))];
    this.images = new Map(wanted.filter((url) => this.images.has(url)).map((url) => [url, this.images.get(url)]));
    let here = this.images.size;
    onProgress(here, wanted.length);
    const fetched = async (url) => {
      this.images.set(url, await this.decoded(url));
      here += 1;
      onProgress(here, wanted.length);
    };
    await Promise.all(wanted.filter((url) => !this.images.has(url)).map(fetched));
  }

  async decoded(url) {
    for (let attempt = 0; ; attempt += 1) {
      // Decoded in step with the page: a frame with the picture is never drawn without it.
      const image = element("img", { alt: "The picture to name", decoding: "sync", draggable: "false" });
      image.src = url;
      try {
        await image.decode();
        return image;
      } catch {
        this.onMissing();
        await this.sleep(backOff(attempt));
      }
    }
  }

  /** The element that shows a trial's stimulus, decoded anew where the browser has thrown the pixels away. */
  async of({ stimulus }) {
    if (stimulus.startsWith("shape:")) return shapeOf(stimulus.slice("shape:".length));
    const image = this.images.get(stimulus);
    await image.decode();
    return image;
  }
}

// ---------------------------------------------------------------------------------------------- the screen

/** Everything that is on the page. What shows is one attribute, so that it changes within one frame. */
class Screen {
  constructor(root, config, messages, signal) {
    this.config = config;
    this.messages = messages;
    this.signal = signal;
    this.build();
    root.append(this.frame);
    this.arrange();
    this.size();
    this.phase("loading");
  }

  build() {
    const { messages } = this;
    this.count = element("p", { class: "count" });
    this.bar = element("progress", { "aria-label": "Progress", max: 1, value: 0 });
    this.picture = element("div", { class: "picture" });
    this.verdict = element("div", { class: "verdict", "aria-hidden": "true" });
    this.right = element("p", { class: "right" });
    this.altered = element("p", { class: "altered", text: messages.altered });
    this.choices = element("div", { class: "choices", role: "group", "aria-label": "Choices" });
    this.sheet = element("div", { class: "sheet" });
    this.stage = element(
      "div",
      { class: "stage", tabindex: "-1", role: "group", "aria-label": "Trial" },
      this.verdict,
      this.picture,
      this.choices,
      element("div", { class: "below" }, this.right, this.altered),
      this.sheet,
    );
    this.onward = element("button", { type: "button", class: "onward", text: messages.goOn });
    this.hint = element("span", { class: "hint", text: messages.howToGoOn });
    this.notice = element("div", { class: "notice", role: "alert" });
    this.extra = element("div", { class: "extra" });
    this.spoken = element("p", { class: "spoken", role: "status" });
    this.frame = element(
      "section",
      { class: "runner", "aria-label": "Course", "data-layout": this.config.layout },
      element("div", { class: "head" }, this.count, this.bar),
      this.stage,
      this.notice,
      element("div", { class: "foot" }, this.onward, this.hint),
      element("p", { class: "caution", text: messages.caution }),
      this.extra,
      this.spoken,
    );
    this.buttons = this.config.classes.map(() => element("button", { type: "button", class: "choice" }));
    this.choices.append(...this.buttons);
  }

  /** Put the buttons on the ring, turned by `turn` places. */
  arrange(turn = 0) {
    const { layout, classes } = this.config;
    const { button, picture, places } = ringOf(classes.length, turn);
    const style = this.stage.style;
    style.setProperty("--button", button);
    if (layout === "ring") style.setProperty("--picture", picture);
    this.share = layout === "ring" ? picture : LARGEST_PICTURE;
    this.buttons.forEach((target, i) => {
      target.style.setProperty("--x", places[i].x);
      target.style.setProperty("--y", places[i].y);
    });
  }

  /** Take the learner's calibration, where there is one and the course says how large pictures are. */
  size() {
    const { picture_mm: wanted } = this.config;
    const perMm = pxPerMm();
    if (wanted && perMm) this.frame.style.setProperty("--stage", `${(wanted * perMm) / this.share}px`);
  }

  /** Say what happens, and what shows: any of picture, choices, feedback, onward and sheet. */
  phase(name, ...shown) {
    this.frame.dataset.phase = name;
    this.frame.dataset.shows = shown.join(" ");
  }

  progress(done, total, { running }) {
    const { messages } = this;
    this.bar.max = total;
    this.bar.value = done;
    const number = running ? done + 1 : done;
    this.count.textContent = filled(running ? messages.trial : messages.progress, { number, total });
  }

  /** Lay out a trial, out of sight. */
  lay(trial, stimulus) {
    this.picture.replaceChildren(stimulus);
    const { classes } = this.config;
    this.buttons.forEach((button, i) => {
      const { id, label } = classes[i];
      this.label(button, { shape: trial.relabelled?.[id], label, key: keyOf(i, classes.length) });
    });
  }

  label(button, { shape, label, key }) {
    const said = shape ? SHAPES[shape].label : label;
    const longest = Math.max(...said.split(/\s+/).map((word) => word.length));
    button.style.setProperty("--letters", Math.max(longest, 4));
    button.setAttribute("aria-keyshortcuts", key);
    button.replaceChildren(
      element(
        "span",
        { class: "cue" },
        element("kbd", { text: key.toUpperCase() }),
        ...(shape ? [shapeOf(shape, { named: false })] : []),
      ),
      element("span", { text: said }),
    );
  }

  judge(reply, { late }) {
    const { messages } = this;
    const word = reply.correct ? messages.correct : late ? messages.timeOut : messages.wrong;
    this.verdict.dataset.correct = reply.correct;
    this.verdict.replaceChildren(
      element("span", { class: "mark", text: reply.correct ? "✓" : "✗" }),
      element("span", { text: word }),
    );
    this.right.textContent = filled(messages.answerIs, { right: reply.right });
    this.altered.hidden = !reply.altered;
    this.spoken.textContent = `${word}. ${this.right.textContent}. ${reply.altered ? messages.altered : ""}`;
  }

  /** Show a sheet of words instead of a trial. */
  say(heading, sentences, ...more) {
    this.sheet.replaceChildren(
      element("h2", { text: heading }),
      ...sentences.map((text) => element("p", { text })),
      ...more,
    );
  }

  /** Say that something is in the way, or nothing any more. Returns when the learner wants to try again. */
  trouble(sentence, again) {
    if (!sentence) {
      this.notice.replaceChildren();
      return Promise.resolve();
    }
    this.notice.replaceChildren(element("p", { text: sentence }));
    if (!again) return Promise.resolve();
    const button = element("button", { type: "button", text: again });
    this.notice.append(button);
    return new Promise((resolve) => onPress(button, resolve, this.signal));
  }

  measures() {
    const width = (node) => Math.round(node.getBoundingClientRect().width);
    return {
      stimulus_width_px: width(this.picture),
      choice_width_px: width(this.buttons[0]),
      monitor_width_px: window.screen.width,
      monitor_height_px: window.screen.height,
      px_per_mm: pxPerMm(),
    };
  }
}

/** CSS pixels a millimetre, as this browser's learner set it with a card; null when nobody did. */
const pxPerMm = () => new Kept("localStorage", PX_PER_MM_KEY).value;

/** A frame in the shape of a bank card, and the slider that makes it as large as a real one. */
function cardPanel(screen) {
  const { messages, frame, signal } = screen;
  const kept = new Kept("localStorage", PX_PER_MM_KEY);
  const slider = element("input", {
    type: "range", min: PX_PER_MM.least, max: PX_PER_MM.most, step: 0.01, "aria-label": messages.cardSize,
  });
  slider.value = kept.value ?? PX_PER_MM.usual;
  const card = element("div", { class: "card", "aria-hidden": "true" });
  const draw = () => {
    const upright = frame.clientWidth < NARROW_PX;
    const perMm = Number(slider.value);
    card.style.setProperty("width", `${perMm * (upright ? CARD_MM.short : CARD_MM.long)}px`);
    card.style.setProperty("height", `${perMm * (upright ? CARD_MM.long : CARD_MM.short)}px`);
    slider.setAttribute("aria-valuetext", `${perMm.toFixed(2)} pixels a millimetre`);
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

// ---------------------------------------------------------------------------------------------- the runner

class Runner {
  /**
   * @param {ParentNode} root
   * @param {Config} config
   * @param {Backend} backend
   * @param {(screen: Screen) => void} onDone
   */
  constructor(root, config, backend, onDone) {
    this.config = config;
    this.timing = config.timing;
    this.messages = { ...MESSAGES, ...config.messages };
    this.backend = backend;
    this.onDone = onDone;
    this.closing = new AbortController();
    const { signal } = this.closing;
    this.screen = new Screen(root, config, this.messages, signal);
    this.sleep = (ms) => sleep(ms, signal);
    const onMissing = () => this.screen.trouble(this.messages.pictureMissing);
    this.pictures = new Pictures({ sleep: this.sleep, onMissing });
    this.block = null;
    this.left = false;
    this.choose = null; // what a choice does now; null while there is nothing to choose
    this.goOn = null; // what the space bar, a click or a tap does now
    this.listen(signal);
    backend.attach?.({ notify: (t) => this.notify(t), sleep: this.sleep, measures: () => this.screen.measures() });
  }

  listen(signal) {
    const { screen } = this;
    screen.buttons.forEach((button, i) => onPress(button, (at) => this.choose?.(i, at), signal));
    onPress(screen.onward, () => this.goOn?.(), signal);
    screen.stage.addEventListener("pointerdown", (event) => this.tap(event), { signal });
    // Before anybody else on the page: Streamlit has shortcuts of its own.
    window.addEventListener("keydown", (event) => this.press(event), { signal, capture: true });
    window.addEventListener("blur", () => this.leave(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.leave(), { signal });
  }

  leave() {
    this.left = true;
  }

  close() {
    this.closing.abort();
    this.screen.frame.remove();
  }

  async run() {
    try {
      for (;;) {
        const batch = await this.backend.next();
        if (this.closing.signal.aborted) return;
        if (batch.done) {
          this.finish(batch);
          return;
        }
        if (!batch.trials.length) throw new Error("The course has no trial to show, and is not done either.");
        await this.play(batch);
      }
    } catch (error) {
      if (this.closing.signal.aborted) return;
      this.screen.trouble(this.messages.broken);
      throw error;
    }
  }

  /** Show the trials of one batch. */
  async play(batch) {
    await this.prepare(batch);
    for (const [i, trial] of batch.trials.entries()) {
      this.screen.progress(batch.number + i, batch.total, { running: true });
      await this.attended();
      const reply = await this.trial(trial, batch.feedback);
      if (this.closing.signal.aborted) await NEVER;
      if (reply.correct === undefined) return;
    }
  }

  /** Load what a batch shows; before a new block there is a rest. */
  async prepare(batch) {
    const { screen, messages } = this;
    const opens = batch.block !== this.block;
    const loading = element("p", { class: "loading", role: "status" });
    const button = element("button", { type: "button", text: batch.number ? messages.goOn : messages.begin });
    if (opens) this.rest(batch, loading, button);
    await this.pictures.load(batch.trials, (number, total) => {
      loading.textContent = filled(messages.loading, { number, total });
    });
    screen.trouble(null);
    if (!opens) return;
    this.interval = await frameInterval();
    loading.textContent = messages.loaded;
    await this.wanted(button);
    screen.extra.replaceChildren();
    this.block = batch.block;
    screen.stage.focus({ preventScroll: true });
  }

  rest(batch, loading, button) {
    const { screen, messages, config } = this;
    screen.progress(batch.number, batch.total, { running: false });
    const sentences = [
      batch.feedback ? messages.withFeedback : messages.withoutFeedback,
      ...(this.timing.stimulus_ms ? [messages.brief] : []),
      config.layout === "ring" ? messages.howRing : messages.howKeys,
    ];
    button.disabled = true;
    screen.say(batch.number ? messages.rest : messages.ready, sentences, loading, button);
    // Below the stage: there is room for a whole card, and it can be scrolled to.
    if (config.calibrate) screen.extra.replaceChildren(cardPanel(screen));
    screen.phase("rest", "sheet");
  }

  /** Wait until the learner presses `button` or the space bar. */
  async wanted(button) {
    button.disabled = false;
    button.focus({ preventScroll: true });
    await new Promise((resolve) => {
      this.goOn = resolve;
      onPress(button, resolve, this.closing.signal);
    });
    this.goOn = null;
  }

  /** Pause while the learner is elsewhere. */
  async attended() {
    if (!document.hidden && document.hasFocus()) return;
    const { screen, messages } = this;
    const button = element("button", { type: "button", text: messages.goOn });
    screen.say(messages.paused, [messages.whyPaused], button);
    screen.phase("paused", "sheet");
    await this.wanted(button);
  }

  /** @returns {Promise<Reply>} */
  async trial(trial, feedback) {
    const { screen, config } = this;
    const stimulus = await this.pictures.of(trial);
    if (config.rotate) screen.arrange(Math.floor(Math.random() * config.classes.length));
    screen.lay(trial, stimulus);
    screen.phase("blank");
    this.left = false;
    const answer = await (this.timing.stimulus_ms ? this.shownBriefly(trial) : this.shownUntilAnswered(trial));
    screen.phase("sending", ...(feedback ? ["picture"] : []));
    const reply = await this.backend.answer(answer);
    if (feedback && reply.correct !== undefined) await this.feedback(reply, { late: answer.choice === "" });
    screen.phase("blank");
    await this.sleep(this.timing.between_ms);
    return reply;
  }

  /** Picture and choices come together and stay. */
  async shownUntilAnswered(trial) {
    const watch = new FrameWatch(this.interval, await nextFrame());
    const onset = watch.tick(await nextFrame());
    this.screen.phase("choices", "picture", "choices");
    watch.follow();
    const answered = await this.answered(trial, onset);
    watch.stop();
    return this.recorded(trial, answered, { onset, choices: onset, watch });
  }

  /** The picture for so many frames, nothing for a while, then the choices. */
  async shownBriefly(trial) {
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
    const answered = await this.answered(trial, now);
    return this.recorded(trial, answered, { onset, choices: now, watch, asked, shown });
  }

  /** Wait for a choice, until time is out. Answers within the lockout do not count. */
  answered(trial, choicesAt) {
    const { lockout_ms: lockout, choice_ms: longest } = this.timing;
    return new Promise((resolve) => {
      const settle = (answered) => {
        clearTimeout(timer);
        this.choose = null;
        resolve(answered);
      };
      const timer = setTimeout(() => settle(null), longest - (performance.now() - choicesAt));
      this.choose = (index, at) => {
        const after = at - choicesAt;
        if (after < lockout) return;
        const { id } = this.config.classes[index];
        settle(after > longest ? null : { choice: trial.relabelled?.[id] ?? id, after });
      };
      this.closing.signal.addEventListener("abort", () => clearTimeout(timer));
    });
  }

  /** @returns {Answer} */
  recorded(trial, answered, { onset, choices, watch, asked = null, shown = null }) {
    return {
      trial: trial.number,
      choice: answered?.choice ?? "",
      reaction_ms: answered ? tenths(answered.after) : null,
      onset_ms: tenths(onset),
      choices_ms: tenths(choices),
      frames_asked: asked,
      frames_shown: shown,
      frames_dropped: watch.dropped,
      left: this.left,
    };
  }

  async feedback(reply, { late }) {
    const { screen, timing } = this;
    screen.judge(reply, { late });
    screen.phase("feedback", "picture", "feedback");
    await this.sleep(reply.correct ? timing.feedback_correct_ms : timing.feedback_wrong_ms);
    screen.phase("feedback", "picture", "feedback", "onward");
    await new Promise((resolve) => {
      this.goOn = resolve;
    });
    this.goOn = null;
  }

  finish({ number, total }) {
    const { screen, messages } = this;
    screen.progress(number ?? total, total ?? number, { running: false });
    screen.say(messages.finished, [messages.thanks]);
    screen.phase("done", "sheet");
    this.onDone(screen);
  }

  /** Say what is in the way, as a backend reports it. */
  notify(trouble) {
    const { screen, messages } = this;
    if (!trouble) return screen.trouble(null);
    if (trouble.offline) return screen.trouble(trouble.waiting ? messages.offline : messages.offlineEmpty);
    return screen.trouble(trouble.refused || filled(messages.refused, trouble), messages.again);
  }

  tap(event) {
    // A sheet goes on by its button only: it may hold a slider.
    if (event.button === 0 && this.screen.frame.dataset.phase === "feedback") this.goOn?.();
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    const [target] = event.composedPath();
    if (target instanceof Element && target.matches("input:not([type=range]), textarea, select, [contenteditable]")) return;
    const act = this.meaningOf(event, target);
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  /** Whether what has the focus wants the space bar. Between two pictures only the runner's own button does, or a
      button of the page that was clicked once would be pressed with every feedback. */
  spaceIsTaken(target) {
    if (!(target instanceof Element) || !target.matches("button, summary, input")) return false;
    return target === this.screen.onward || this.screen.frame.dataset.phase !== "feedback";
  }

  /** What a key does now, or null. */
  meaningOf(event, target) {
    if (this.goOn && event.key === " ") return this.spaceIsTaken(target) ? null : () => this.goOn?.();
    if (!this.choose) return null;
    const { length } = this.config.classes;
    const index = this.config.classes.findIndex((_, i) => keyOf(i, length) === saidBy(event));
    return index < 0 ? null : () => this.choose?.(index, event.timeStamp);
  }
}

/** Wait, unless `signal` says that nobody waits any more: then for ever. */
function sleep(ms, signal) {
  if (signal.aborted) return NEVER;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}

/**
 * Run a course inside `root`.
 * @param {ParentNode} root
 * @param {Config} config
 * @param {Backend} [backend] the server of the app unless given
 * @param {(screen: Screen) => void} [onDone] called once, after the last answer is stored
 * @returns {{close: () => void, finished: Promise<void>}}
 */
export function start(root, config, backend = new HttpBackend(config), onDone = () => {}) {
  const runner = new Runner(root, config, backend, onDone);
  return { close: () => runner.close(), finished: runner.run() };
}

// ---------------------------------------------------------------------------------------------- without a server

/** The participant that the address asks for by label or number, else one drawn by lot, the same until the tab closes. */
export function participantOf(plan) {
  const { participants } = plan;
  const drawn = new Kept("sessionStorage", `lwise-static:${plan.experiment}`);
  const asked = new URLSearchParams(window.location.search).get("participant") ?? drawn.value;
  if (asked === null) {
    const { label } = participants[Math.floor(Math.random() * participants.length)];
    drawn.value = label;
    return participants.find((one) => one.label === label);
  }
  return participants.find((one) => one.label === asked) ?? participants[Number(asked) - 1] ?? null;
}

function saved(name, kind, content) {
  const url = URL.createObjectURL(new Blob([content], { type: kind }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), LONGEST_WAIT_MS);
}

/** Offer the answers as files, and give them to JATOS where the page runs under it. */
async function handOver(screen, backend) {
  const { rows, participant } = backend;
  const name = `answers-${participant.label.replace(/[^\w-]+/g, "_")}`;
  const csv = element("button", { type: "button", text: "Download the answers (CSV)" });
  const json = element("button", { type: "button", text: "Download the answers (JSON)" });
  csv.addEventListener("click", () => saved(`${name}.csv`, "text/csv", csvOf(rows)));
  json.addEventListener("click", () => saved(`${name}.json`, "application/json", JSON.stringify(rows, null, 1)));
  const said = element("p", {
    text: "The answers are in this tab only: download them and send them to whoever asked you to take part.",
  });
  screen.say("Finished", [], said, csv, json);
  if (!window.jatos) return;
  try {
    await window.jatos.submitResultData(JSON.stringify(rows));
    said.textContent = "Thank you. Every answer was sent.";
    window.jatos.startNextComponent?.();
  } catch {
    said.textContent = "The answers could not be sent. They are in this tab: download them before you close it.";
  }
}

/** Run the experiment that `address` describes inside `root`. */
export async function runStatic(root, address) {
  const plan = await (await fetch(address)).json();
  const participant = participantOf(plan);
  if (!participant) {
    root.append(element("p", { role: "alert", text: "There is no such participant in this experiment; check the link." }));
    return;
  }
  const backend = new StaticBackend(plan, participant);
  if (window.jatos?.onLoad) await new Promise((resolve) => window.jatos.onLoad(resolve));
  document.title = plan.title;
  await start(root, { ...plan, classes: participant.choices }, backend, (screen) => handOver(screen, backend)).finished;
}

// ---------------------------------------------------------------------------------------------- within Streamlit

const running = new WeakMap();

/** A Streamlit component: runs the sitting that the page's data names, however often the page is drawn anew. */
export default function (component) {
  const { parentElement: root, data } = component;
  const known = running.get(root);
  if (known?.token !== data.token) {
    known?.close();
    const { close } = start(root, data, undefined, () => running.get(root)?.tell("done", data.token));
    running.set(root, { token: data.token, close });
  }
  running.get(root).tell = component.setTriggerValue;
  return () => {
    running.get(root)?.close();
    running.delete(root);
  };
}
