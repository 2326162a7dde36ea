// @ts-check
//
// What the parts of the runner say to each other. All times are milliseconds of performance.now(), since the page was
// opened. Onsets are when the frame was prepared that shows the thing: what the screen does with it later, no page can
// know.

/**
 * @typedef {{id: string, label: string}} Choice
 * @typedef {"circle" | "triangle"} ShapeName
 * @typedef {{stimulus_ms: number, blank_ms: number, choice_ms: number, lockout_ms: number, feedback_correct_ms: number,
 *   feedback_wrong_ms: number, between_ms: number}} Timing as in lwise_core/teaching/design/timing.py
 * @typedef {"left" | "right"} Side
 * @typedef {{x: number, y: number, radius: number}} RingAt in shares of a picture's side
 * @typedef {{original: string, enhanced: string, rings: RingAt[]}} Where
 *   what feedback shows besides: the addresses of two versions of the picture, and rings in both
 * @typedef {{number: number, stimulus: string, second?: string, asked?: string, altered?: boolean,
 *   relabelled?: Record<string, ShapeName>}} Trial
 *   `second` stands to the right of `stimulus` where a trial shows two pictures; `asked` is then the name that is looked
 *   for, empty where one original stands there twice and the wrongly enhanced one is looked for. `stimulus` is an address, or “shape:circle” or “shape:triangle”; `relabelled` gives the classes whose buttons say a
 *   shape in this trial; `altered` is known beforehand only where there is no server that could keep it.
 * @typedef {{done: false, number: number, total: number, block: string, feedback: boolean, trials: Trial[]}} Batch
 *   `number` counts the answers so far; `trials` come next, all of them of `block`.
 * @typedef {{done: true, number?: number, total?: number}} Done
 * @typedef {{trial: number, choice: string, reaction_ms: ?number, onset_ms: number, choices_ms: number,
 *   frames_asked: ?number, frames_shown: ?number, frames_dropped: number, left: boolean, sureness?: ?number}} Answer
 *   `choice` is empty when time ran out, and a side where there are two pictures; `sureness` is 1 to 4 where it is asked; `left` says that the window was hidden or lost the focus meanwhile.
 * @typedef {{stored: boolean, correct?: boolean, right?: string, altered?: boolean, side?: Side,
 *   names?: Record<Side, string>, where?: Where}} Reply
 *   `side` is where the right one of two pictures stands, and `names` is what both stand for.
 *   Without `correct` the answer had been stored before, and the trials are asked for anew.
 * @typedef {{offline: true, waiting: boolean} | {offline?: false, refused?: string, status: number}} Trouble
 *   what keeps a backend from its work; `waiting`: an answer is kept in this browser meanwhile
 * @typedef {{stimulus_width_px: number, choice_width_px: number, monitor_width_px: number, monitor_height_px: number,
 *   px_per_mm: ?number}} Measures
 * @typedef {{notify: (trouble: ?Trouble) => Promise<void>, sleep: (ms: number) => Promise<void>,
 *   measures: () => Measures}} Host
 *   what a backend gets from the runner; a refusal is awaited until the learner wants to try again
 * @typedef {{attach: (host: Host) => void, next: () => Promise<Batch | Done>,
 *   answer: (answer: Answer) => Promise<Reply>}} Backend
 *   where trials come from and answers are stored
 * @typedef {{classes: Choice[], layout: "ring" | "keys", timing: Timing, rotate?: boolean, calibrate?: boolean,
 *   sureness?: boolean, picture_mm?: ?number, language?: string,
 *   messages?: Partial<import("./messages.js").Messages>}} Config
 *   `messages` are in `language`, a code as in an element's `lang`; English where nothing is said
 */

export {};
