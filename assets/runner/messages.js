// @ts-check

/**
 * Everything that the runner says, in English. A page hands over the same names in the learner's language
 * (lwise_core/teaching/languages/runner_words.py reads this table, a line an entry), and a course may bring its own.
 */
export const MESSAGES = {
  caution: "Pictures may have been altered by a neural network. Not for diagnosis.",
  ready: "Ready?",
  rest: "Take a break",
  withFeedback: "Next: with feedback. After each answer you are told what was right.",
  withoutFeedback: "Next: without feedback. Nobody tells you what was right.",
  brief: "The picture is shown only briefly, so look at the middle.",
  whichIs: "Which one is {asked}?",
  whichIsWrong: "Which one was enhanced towards what it does not show?",
  leftOne: "On the left",
  rightOne: "On the right",
  leftPicture: "The left picture",
  rightPicture: "The right picture",
  leftIs: "{right} is on the left.",
  rightIs: "{right} is on the right.",
  howSure: "How sure are you?",
  sure1: "I guessed",
  sure2: "Rather unsure",
  sure3: "Rather sure",
  sure4: "Certain",
  howRing: "Answer with the buttons around the picture or with the keys written on them.",
  howPair: "Answer with a click or a tap on a picture, with the keys 1 and 2, or with the arrow keys.",
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
  original: "As it is",
  enhanced: "Enhanced",
  flip: "The other version",
  ringed: "Rings: what speaks for it here.",
  paused: "Paused",
  whyPaused: "You left this window. Go on when you are back; nothing is lost.",
  offline: "No connection. Your answer is kept here and will be sent.",
  offlineEmpty: "No connection. It is being tried again; nothing is lost.",
  refused: "The server did not accept this (error {status}).",
  again: "Try again",
  kinds: "These are the kinds",
  lookAtKinds: "Look at them for as long as you like: in a moment you are asked which of them a picture shows.",
  exampleOf: "An example of {kind}",
  beginTrials: "Begin with the first picture",
  beforeYouBegin: "Before you begin",
  keptInTab:
    "Your answers, how long they took and the address that you opened are kept in this tab until they are handed over at the end. No name or picture of you is among them.",
  mayBeAltered: "Pictures may have been altered by a neural network. What you learn here is not for diagnosis.",
  mayStop: "You may stop at any time: close the page. What was not handed over is gone then.",
  agree: "I have read this and take part of my own free will.",
  notAgreed: "Please tick that you take part of your own free will; nothing was begun.",
  beginStudy: "Begin",
  yourCode: "Your completion code. Copy it before you close this page:",
  finishAt: "Finish at {host}",
  leadsTo: "It leads to {host}, which whoever gives this course has chosen. Hand over your answers first.",
  finished: "Finished",
  rightLearning: "Right while learning: {right} of {all}",
  rightTest: "Right in the test: {right} of {all}",
  thanks: "Thank you. Every answer is stored.",
  broken: "Something went wrong on this page. Reload it: you go on where you were.",
  calibrate: "Pictures too large or too small? Set their size",
  howToCalibrate:
    "You need not do this. Hold any bank card to the screen and move the slider until the frame is as large as the card: pictures are then as large for you as for everybody, where your screen has room.",
  cardSize: "Size of the card",
  pixelSize: "{size} pixels a millimetre",
  course: "Course",
  courseProgress: "Progress",
  oneTrial: "Trial",
  choices: "Choices",
  picture: "The picture to name",
  circle: "Circle",
  triangle: "Triangle",
  downloadCsv: "Download the answers (CSV)",
  downloadJson: "Download the answers (JSON)",
  inThisTab: "The answers are in this tab only: download them and send them to whoever asked you to take part.",
  sent: "Thank you. Every answer was sent.",
  notSent: "The answers could not be sent. They are in this tab: download them before you close it.",
  nobody: "There is no such participant in this experiment; check the link.",
};

/** @typedef {typeof MESSAGES} Messages */

/**
 * Put values into a sentence: “{number} of {total} done”.
 * @param {string} sentence
 * @param {Record<string, unknown>} values
 */
export const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));

/**
 * What the learner is told before a block.
 * @param {Messages} messages
 * @param {{feedback: boolean, brief: boolean, layout: "ring" | "keys", pair?: boolean}} block
 */
export const instructions = (messages, { feedback, brief, layout, pair = false }) => [
  feedback ? messages.withFeedback : messages.withoutFeedback,
  ...(brief ? [messages.brief] : []),
  pair ? messages.howPair : layout === "ring" ? messages.howRing : messages.howKeys,
];
