import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { clamp, plain, signed, tenths } from "../../assets/shared/numbers.js";
import { pushed } from "../../assets/viewer/comparison.js";
import { faintSentence, plainPosition } from "../../assets/viewer/faint.js";
import { blended, Film, FilmShelf, isOvertaken, opened, summedAlongRows, unpacked } from "../../assets/viewer/film.js";
import { mapAt } from "../../assets/viewer/layer.js";
import {
  alteredCaption,
  beyondSentence,
  pixelSentence,
  previewReadingAt,
  progressSentence,
  readingAt,
} from "../../assets/viewer/sentences.js";
import { SHADES, shade, shades } from "../../assets/viewer/shades.js";

const ABOUT = {
  film: "f",
  planned: 4,
  step: 0.5,
  greyLevels: 10,
  at224: 2,
  caution: 0.75,
  towards: "owl",
  harder: false,
  side: 1,
  grid: 1,
  classes: ["cat", "owl"],
  positions: [
    [0, 0, -1.5, 0, false],
    [1, 0.5, 0.25, 1, true],
    [2, 1, 2, 1, false],
  ],
  frames: [
    [1, 0, 8, 13, 3],
    [2, 1, 16, 16, 6],
  ],
  sections: { original: [0, 3], starts: [3, 2], weights: [5, 8] },
};
const BODY = new Uint8Array(22);
BODY.set([9, 8, 7], 0); // the original's only pixel
BODY.set([1, 254, 3], 13); // frame 1: 1, −2, 3
BODY.set([10, 0, 20, 0, 255, 255], 16); // frame 2: 10, 20, −1 more

/** A message as the server writes it. */
function message(number, words, header, body) {
  const numbered = new TextEncoder().encode(JSON.stringify(number));
  const said = new TextEncoder().encode(JSON.stringify(words));
  const told = new TextEncoder().encode(JSON.stringify(header));
  const length = (bytes) => new Uint8Array(new Uint32Array([bytes.length]).buffer);
  const magic = new TextEncoder().encode("LWFILM01");
  return new Uint8Array(
    Buffer.concat([length(numbered), numbered, length(said), said, magic, length(told), told, deflateSync(body)]),
  );
}

test("a message comes apart into what the server put into it", async () => {
  const { number, words, header, packed } = opened(message({ message: 3 }, { name: "ε" }, ABOUT, BODY));
  assert.deepEqual(number, { message: 3 });
  assert.deepEqual(words, { name: "ε" });
  assert.deepEqual(header, ABOUT);
  assert.deepEqual(new Uint8Array(await unpacked(packed)), BODY);
});

test("another kind of message is refused", () => {
  const other = message({}, {}, ABOUT, BODY);
  other[12] ^= 1;
  assert.throws(() => opened(other), /not a film/);
});

test("a frame adds to the one that it builds on", () => {
  const film = new Film(ABOUT);
  assert.equal(film.missing, 0);
  film.take(ABOUT, BODY.buffer);
  assert.equal(film.levels(0), null);
  assert.deepEqual([...film.levels(1)], [1, -2, 3]);
  assert.deepEqual([...film.levels(2)], [11, 18, 2]);
  assert.deepEqual([film.missing, film.reached], [null, 2]);
});

test("what is lost is asked for, and only what came before it is shown", () => {
  const film = new Film(ABOUT);
  film.take({ ...ABOUT, frames: ABOUT.frames.slice(1) }, BODY.buffer);
  assert.deepEqual([film.missing, film.reached], [1, 0]);
  film.take(ABOUT, BODY.buffer);
  assert.deepEqual([film.missing, film.reached], [null, 2]);
  assert.deepEqual([...film.levels(2)], [11, 18, 2]);
});

test("a message that was overtaken gives its frames, and the film stands as the later one said", () => {
  const film = new Film(ABOUT);
  const later = { ...ABOUT, frames: ABOUT.frames.slice(1), sections: {} };
  const overtaken = { ...ABOUT, positions: ABOUT.positions.slice(0, 2), frames: ABOUT.frames.slice(0, 1) };
  film.take(later, BODY.buffer);
  film.fill(overtaken, BODY.buffer);
  film.take(later, BODY.buffer);
  assert.deepEqual([film.about, film.missing, film.reached], [later, null, 2]);
});

test("only a message of the same origin can have been overtaken, by a later one", () => {
  const latest = { origin: "one", message: 4 };
  assert.equal(isOvertaken({ origin: "one", message: 3 }, latest), true);
  assert.equal(isOvertaken({ origin: "one", message: 5 }, latest), false);
  assert.equal(isOvertaken({ origin: "another", message: 1 }, latest), false); // as after the server began anew
});

/** The film after its first step, beside a coarse path of two steps that is whole, and what both are written as. */
function previewed() {
  const body = new Uint8Array([...BODY, 8, 0, 0, 8, 8, 8]);
  const header = {
    ...ABOUT,
    positions: ABOUT.positions.slice(0, 2),
    frames: ABOUT.frames.slice(0, 1),
    preview: {
      every: 2,
      best: [0, 1, 2],
      frames: [
        [1, 0, 8, 22, 3],
        [2, 1, 8, 25, 3],
      ],
    },
  };
  return { header, body: body.buffer };
}

test("a coarse path is shown where the path does not reach yet, along straight lines", () => {
  const { header, body } = previewed();
  const film = new Film(header);
  film.take(header, body);
  assert.deepEqual([film.reached, film.shown, film.missing], [1, 4, null]);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((at) => film.isPreview(at)),
    [false, false, true, true, true],
  );
  assert.deepEqual([...film.levels(1)], [1, -2, 3]); // its own, although the coarse path has one too
  assert.deepEqual([...film.levels(2)], [8, 0, 0]);
  assert.deepEqual([...film.levels(3)], [12, 4, 4]);
  assert.deepEqual([...film.levels(4)], [16, 8, 8]);
});

test("each position gives way to its own frame as that comes, and the coarse path goes with the last", () => {
  const { header, body } = previewed();
  const film = new Film(header);
  film.take(header, body);
  film.take({ ...ABOUT, frames: ABOUT.frames.slice(1), preview: { ...header.preview, frames: [] } }, BODY.buffer);
  assert.deepEqual([film.reached, film.shown], [2, 4]);
  assert.deepEqual([...film.levels(2)], [11, 18, 2]);
  assert.deepEqual([...film.levels(3)], [12, 4, 4]);
  film.take({ ...ABOUT, frames: [], preview: null }, BODY.buffer);
  assert.deepEqual([film.reached, film.shown, film.coarse.size], [2, 2, 0]);
});

test("a coarse path that was lost is asked for, and shows only what is here", () => {
  const { header, body } = previewed();
  const film = new Film(header);
  film.take({ ...header, preview: { ...header.preview, frames: header.preview.frames.slice(1) } }, body);
  assert.deepEqual([film.shown, film.missing], [1, 2]);
  film.take(header, body);
  assert.deepEqual([film.shown, film.missing], [4, null]);
});

test("between two frames lies a mixture of them, and what is not there is no change", () => {
  const [one, other] = [new Int16Array([4, 0]), new Int16Array([0, 8])];
  assert.deepEqual([...blended(one, other, 0.25)], [3, 2]);
  assert.deepEqual([...blended(undefined, other, 0.5)], [0, 4]);
  assert.equal(blended(undefined, undefined, 0.5), null);
});

test("a preview is called one, and has no figures", () => {
  const reading = previewReadingAt(ABOUT, 3, 4);
  assert.equal(reading.value, "preview");
  assert.equal(reading.ahead, "ε 2.00, shown up to ");
  assert.deepEqual([reading.grey, reading.spent, reading.logit, reading.choice], ["–", "–", "–", "–"]);
  assert.match(reading.spoken, /^Preview: AI-altered towards owl, ε 1\.50\. The final picture replaces it\. Caution/);
  assert.equal(reading.preview, true);
  assert.equal(readingAt(ABOUT, 1, 1).preview, false);
});

test("the slider says how far it is computed and that the rest is a preview, until all is there", () => {
  assert.equal(progressSentence({ about: ABOUT, reached: 1, shown: 1 }), "Computed up to ε 0.50 of 2.00.");
  assert.match(progressSentence({ about: ABOUT, reached: 1, shown: 4 }), /of 2\.00\. Beyond that you see a preview/);
  assert.equal(progressSentence({ about: ABOUT, reached: 4, shown: 4 }), "");
});

test("the two films that were used last are kept", () => {
  const shelf = new FilmShelf();
  const called = (film) => shelf.filmOf({ ...ABOUT, film });
  const [a, b] = [called("a"), called("b")];
  assert.equal(called("a"), a);
  called("c");
  assert.equal(called("a"), a);
  assert.notEqual(called("b"), b);
});

test("differences along rows add up modulo 256, each row for itself", () => {
  const differences = new Uint8Array([250, 1, 2, 10, 1, 1, 5, 5, 5, 1, 1, 1]);
  assert.deepEqual([...summedAlongRows(differences, 2)], [250, 1, 2, 4, 2, 3, 5, 5, 5, 6, 6, 6]);
});

test("no change is clear, and opacity grows towards both ends", () => {
  assert.equal(shade(0)[3], 0);
  assert.deepEqual(shade(-1), [0, 114, 178, 255]);
  assert.deepEqual(shade(1), [213, 94, 0, 255]);
  const alpha = (i) => new Uint8Array(shades.buffer)[4 * i + 3];
  for (let i = 1; i <= SHADES; i++) {
    assert.ok(alpha(SHADES + i) >= alpha(SHADES + i - 1));
    assert.equal(alpha(SHADES + i), alpha(SHADES - i));
  }
});

test("a position is read in the guide's numbers", () => {
  const reading = readingAt(ABOUT, 1, 1);
  assert.equal(reading.made, "AI-altered towards owl, ε 0.50");
  assert.equal(reading.asked, "1.00 (ε 0.50)");
  assert.equal(reading.logit, "0.25 (+1.75) provisional");
  assert.equal(reading.choice, "owl");
  assert.deepEqual([reading.ahead, reading.cautious], ["", false]);
});

test("what is asked for beyond what is computed is said, and so is too much", () => {
  const reading = readingAt({ ...ABOUT, harder: true }, 2, 4);
  assert.equal(reading.ahead, "ε 2.00, shown up to ");
  assert.match(reading.made, /away from owl/);
  assert.match(reading.spoken, /Caution/);
  assert.equal(readingAt({ ...ABOUT, caution: null }, 2, 2).cautious, false);
});

test("every mode that shows the altered picture says that it was altered", () => {
  for (const mode of ["side", "wipe", "blink"]) {
    assert.match(
      alteredCaption(mode, { made: "AI-altered", remark: "Not for diagnosis.", away: false }),
      /AI-altered. Not/,
    );
  }
  assert.equal(alteredCaption("change", { made: "", remark: "", away: false }), null);
});

test("few pixels are not none", () => {
  assert.deepEqual([0, 0.0005, 0.125].map(beyondSentence), [
    "No pixel goes beyond this scale.",
    "Less than 0.1% of the pixels go beyond this scale.",
    "12.5% of the pixels go beyond this scale.",
  ]);
});

test("a pixel is read where it is pointed at, also on the edge", () => {
  const picture = (...levels) => ({ width: 2, data: new Uint8ClampedArray(levels.flatMap((v) => [v, v, v, 255])) });
  const pictures = { original: picture(0, 10, 20, 30), altered: picture(0, 12, 20, 25) };
  assert.match(pixelSentence(pictures, { x: 1, y: 0 }), /Column 1, row 0 of 2 px .* change \+2 \+2 \+2 grey/);
  assert.match(
    pixelSentence(pictures, { x: 0.7, y: 5 }),
    /Column 1, row 1 .* original 30 30 30, altered 25 25 25, change −5/,
  );
});

test("the divider stays on the picture", () => {
  assert.equal(pushed(50, { key: "ArrowLeft", shiftKey: false }), 48);
  assert.equal(pushed(50, { key: "ArrowUp", shiftKey: true }), 60);
  assert.equal(pushed(95, { key: "PageUp", shiftKey: false }), 100);
  assert.equal(pushed(50, { key: "End", shiftKey: false }), 100);
  assert.equal(pushed(50, { key: "toString", shiftKey: false }), null);
});

test("numbers are written with true minus signs", () => {
  assert.deepEqual([plain(-1.25, 1), signed(-3, 0), signed(3, 0)], ["−1.3", "−3", "+3"]);
  assert.deepEqual([clamp(5, 0, 3), clamp(-5, 0, 3), clamp(2, 0, 3)], [3, 0, 2]);
  assert.equal(tenths(1.26), 1.3);
});

test("a layer of one map is the same everywhere, of several each position has its own", () => {
  for (const position of [0, 3, 40]) {
    assert.equal(mapAt(position, 1), 0);
    assert.equal(mapAt(position, 41), position);
  }
});

test("where a change cannot be seen the first one that is plain is found, and where one can be seen nothing is", () => {
  const positions = [0, 0.1, 0.19, 0.3, 0.5, 0.7].map((spent) => [0, spent, 0, 0, false]);
  const about = { ...ABOUT, positions }; // 0, 1, 1.9, 3, 5 and 7 grey levels
  assert.equal(plainPosition(about, { position: 1, reached: 5 }), 4);
  assert.equal(plainPosition(about, { position: 2, reached: 5 }), 4);
  assert.equal(plainPosition(about, { position: 1, reached: 3 }), 3); // the most there is so far
  assert.equal(plainPosition(about, { position: 1, reached: 2 }), null); // nothing that could be seen yet
  for (const position of [0, 3, 5]) assert.equal(plainPosition(about, { position, reached: 5 }), null);
  assert.equal(plainPosition(about, { position: 4, reached: 1 }), null); // a preview has no figure
  assert.equal(
    faintSentence(about, { position: 1, larger: 4 }),
    "At ε 0.50 the change is 1.0 grey levels, too small to be seen. Here is what ε 2.00 (5.0 grey levels) does.",
  );
});
