// @ts-check
//
// The slide show of a lesson: one picture at a time, original or enhanced in the same place, the answer when asked for.
//
// It runs from the disk, so it is a classic script and asks for nothing: all words stand in the page already, written
// there by lwise_core/teaching/lessons/slideshow.py, and this only shows and hides them. Without it the page shows everything.

"use strict";

(() => {
  const OWN_KEYS = "button, summary, a, input"; // what space and Enter press by themselves

  /**
   * The first element that `selector` finds.
   * @param {string} selector
   * @param {ParentNode} [within]
   * @returns {HTMLElement}
   */
  const one = (selector, within = document) => {
    const found = within.querySelector(selector);
    if (!(found instanceof HTMLElement)) throw new Error(`The page lacks ${selector}.`);
    return found;
  };
  /**
   * What a part of the page is to say in a state that it is not in yet.
   * @param {HTMLElement} part
   * @param {string} name
   */
  const wordsOf = (part, name) => part.dataset[name] ?? "";

  /** @type {HTMLElement[]} */
  const slides = [...document.querySelectorAll(".slide")].map((slide) => /** @type {HTMLElement} */ (slide)); // the first one says what the lesson is
  const pictures = slides.length - 1;
  const nav = one("nav");
  const header = one("header");
  const bar = /** @type {HTMLProgressElement} */ (one("progress", header));
  const spoken = one(".spoken");
  const button = { back: one(".back", nav), flip: one(".flip", nav), next: one(".next", nav) };

  const score = one(".score", header);

  let at = 0;
  let enhanced = false;
  let right = 0;
  let guessed = 0;

  const canFlip = () => slides[at].querySelector("img.enhanced") !== null;
  const said = () => one(enhanced ? ".said.enhanced" : ".said.natural", slides[at]).textContent;
  const count = one(".count", header);
  const place = () => wordsOf(count, "words").replace("{number}", String(at)).replace("{total}", String(pictures));
  const heading = () => one("h1, h2", slides[at]);

  /**
   * A button that has nothing to do stays where it is, and keeps the focus if it has it.
   * @param {HTMLElement} which
   * @param {boolean} able
   */
  function enable(which, able) {
    which.setAttribute("aria-disabled", String(!able));
  }

  /** @param {?string} sentence */
  function say(sentence) {
    spoken.textContent = sentence;
  }

  function drawView() {
    slides[at].dataset.view = enhanced ? "enhanced" : "natural";
    button.flip.textContent = wordsOf(button.flip, enhanced ? "enhanced" : "natural");
  }

  /**
   * Have the pictures of a slide loaded before it is shown: those of hidden slides wait otherwise.
   * @param {HTMLElement | undefined} slide
   */
  function fetchAhead(slide) {
    for (const img of slide?.querySelectorAll("img") ?? []) img.loading = "eager";
  }

  function draw() {
    for (const [i, slide] of slides.entries()) slide.hidden = i !== at;
    header.hidden = at === 0;
    count.textContent = place();
    bar.value = at;
    button.back.hidden = at === 0;
    button.flip.hidden = at === 0;
    button.next.textContent = wordsOf(button.next, at === 0 ? "start" : "later");
    enable(button.flip, canFlip());
    enable(button.next, at < pictures);
    drawView();
    fetchAhead(slides[at]);
    fetchAhead(slides[at + 1]);
  }

  /**
   * Show slide `to`, as it is at first; the focus comes along unless it is on the buttons below. From the opening it always
   * does: “Start” has become “Next”, and space and Enter are to do what the opening says of them.
   * @param {number} to
   */
  function go(to) {
    if (to < 0 || to > pictures) {
      say(to < 0 ? wordsOf(spoken, "first") : `${place()}. ${wordsOf(spoken, "last")}`);
      return;
    }
    const starts = at === 0;
    at = to;
    enhanced = false;
    draw();
    if (starts || !nav.contains(document.activeElement) || isHidden(document.activeElement))
      heading().focus({ preventScroll: true });
    scrollTo(0, 0);
    history.replaceState(null, "", `#${slides[at].id}`); // to reload the page is to stay here
    say(at === 0 ? heading().textContent : `${place()}. ${said()}`);
  }

  /** @param {?Element} element */
  const isHidden = (element) => element instanceof HTMLElement && element.hidden;

  function flip() {
    if (at === 0) return;
    if (canFlip()) {
      enhanced = !enhanced;
      drawView();
    }
    say(said());
  }

  function showAnswer() {
    const answer = slides[at].querySelector("details");
    if (answer) answer.open = true;
  }

  /** @param {HTMLElement} slide */
  const choicesOf = (slide) => /** @type {HTMLElement[]} */ ([...slide.querySelectorAll(".choice")]);

  /**
   * Whether it can no longer be guessed: that was done, or the answer has been seen.
   * @param {HTMLElement} slide
   */
  const isSettled = (slide) => slide.dataset.settled !== undefined || one("details", slide).hasAttribute("open");

  /** @param {HTMLElement} slide */
  function settle(slide) {
    slide.dataset.settled = "";
    for (const choice of choicesOf(slide)) enable(choice, false);
  }

  /**
   * Judge a guess once, count it, and show the answer.
   * @param {HTMLElement | undefined} choice
   */
  function guess(choice) {
    const slide = slides[at];
    if (!choice || isSettled(slide)) return;
    const isRight = choice.dataset.right !== undefined;
    guessed += 1;
    right += isRight ? 1 : 0;
    choice.dataset.chosen = "";
    choice.setAttribute("aria-pressed", "true");
    const verdict = one(".verdict", slide);
    verdict.textContent = wordsOf(verdict, isRight ? "right" : "wrong");
    verdict.dataset.judged = String(isRight);
    score.textContent = wordsOf(score, "words").replace("{right}", String(right)).replace("{all}", String(guessed));
    settle(slide);
    showAnswer();
    heading().focus({ preventScroll: true }); // space and Enter belong to the slide again
  }

  /** @type {Record<string, () => void>} */
  const KEYS = {
    ArrowRight: () => go(at + 1),
    ArrowLeft: () => go(at - 1),
    PageDown: () => go(at + 1), // what a presenter's remote control sends
    PageUp: () => go(at - 1),
    " ": flip,
    Enter: showAnswer,
  };

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const choice = at > 0 && /^[1-9]$/.test(event.key) ? choicesOf(slides[at])[Number(event.key) - 1] : undefined;
    const act = KEYS[event.key] ?? (choice && (() => guess(choice)));
    if (!act || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if ((event.key === " " || event.key === "Enter") && isPressed(event.target)) return;
    event.preventDefault();
    act();
  }

  /** @param {?EventTarget} target */
  const isPressed = (target) => target instanceof Element && target.closest(OWN_KEYS) !== null;

  /**
   * After a click the keys belong to the slide again, not to what was clicked; the keyboard keeps its place.
   * @param {HTMLElement} target
   * @param {() => void} act
   */
  function onPress(target, act) {
    target.addEventListener("click", (event) => {
      act();
      if (event.detail > 0) heading().focus({ preventScroll: true });
    });
  }

  /**
   * Tell the style sheet the shape of a picture, and how much of its enhanced version is the strip.
   * @param {HTMLElement} canvas
   */
  function measure(canvas) {
    const [width, height, wholeHeight] = ["width", "height", "wholeHeight"].map((name) => Number(canvas.dataset[name]));
    canvas.style.setProperty("--ratio", String(width / wholeHeight));
    canvas.style.setProperty("--strip", String((wholeHeight - height) / wholeHeight));
  }

  for (const slide of slides.slice(1)) {
    measure(one(".canvas", slide));
    onPress(one(".canvas", slide), flip);
    onPress(one("summary", slide), () => {});
    const answer = /** @type {HTMLDetailsElement} */ (one("details", slide));
    for (const choice of choicesOf(slide)) onPress(choice, () => guess(choice));
    answer.addEventListener("toggle", () => {
      if (answer.open) settle(slide);
      if (answer.open) say(one(".answer", slide).innerText);
    });
  }
  onPress(button.back, () => go(at - 1));
  onPress(button.flip, flip);
  onPress(button.next, () => go(at + 1));
  document.addEventListener("keydown", onKey);

  document.documentElement.classList.add("playing");
  nav.hidden = false;
  at = Math.max(
    0,
    slides.findIndex((slide) => `#${slide.id}` === location.hash),
  );
  draw();
})();
