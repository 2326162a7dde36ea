import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setImmediate as settled } from "node:timers/promises";
import { COLUMNS, csvOf } from "../../assets/runner/csv.js";
import { FrameWatch, intervalOf } from "../../assets/runner/frames.js";
import { keyOf, saidBy, sideOf } from "../../assets/runner/keys.js";
import { filled, instructions, MESSAGES } from "../../assets/runner/messages.js";
import { ringOf, rowsOf } from "../../assets/runner/ring.js";
import { isShape, shapeIn } from "../../assets/runner/shapes.js";
import { participantCalled } from "../../assets/runner/static.js";
import { backOff, LONGEST_WAIT_MS, sleep } from "../../assets/runner/waiting.js";
import { numbersFrom } from "./random.js";

const COUNTS = Array.from({ length: 15 }, (_, i) => i + 2);

test("buttons of a ring overlap neither each other nor the picture, and stay on the stage", () => {
  for (const count of COUNTS) {
    for (const turn of [0, 1, 0.5]) {
      const { button, picture, places } = ringOf(count, turn);
      assert.equal(places.length, count);
      for (const [i, { x, y }] of places.entries()) {
        for (const part of [x, y]) assert.ok(part - button / 2 >= 0 && part + button / 2 <= 1);
        const dx = Math.max(Math.abs(x - 0.5) - picture / 2, 0);
        const dy = Math.max(Math.abs(y - 0.5) - picture / 2, 0);
        assert.ok(Math.hypot(dx, dy) >= button / 2);
        for (const other of places.slice(i + 1)) assert.ok(Math.hypot(x - other.x, y - other.y) >= button);
      }
    }
  }
});

test("buttons in rows overlap neither each other nor the picture, and stay on the stage", () => {
  for (const count of COUNTS) {
    for (const turn of [0, 1, count - 1]) {
      const { button, picture, tall, places } = rowsOf(count, turn);
      assert.equal(places.length, count);
      for (const [i, { x, y }] of places.entries()) {
        assert.ok(x - button / 2 >= 0 && x + button / 2 <= 1);
        assert.ok(y - button / 2 >= 0 && y + button / 2 <= tall);
        assert.ok(Math.abs(y - tall / 2) - picture / 2 >= button / 2);
        for (const other of places.slice(i + 1)) assert.ok(Math.hypot(x - other.x, y - other.y) >= button);
      }
    }
  }
});

test("a turn moves every choice to the next place, in rows as on the ring", () => {
  for (const count of COUNTS) {
    const { places } = rowsOf(count);
    assert.deepEqual(rowsOf(count, 1).places, [...places.slice(1), places[0]]);
  }
});

test("two choices lie left and right", () => {
  for (const [left, right] of [ringOf(2).places, rowsOf(2).places]) {
    assert.ok(left.x < 0.5 && right.x > 0.5);
    assert.ok(Math.abs(left.y - right.y) < 1e-9);
  }
});

test("every choice has a key of its own", () => {
  for (const count of COUNTS) {
    const keys = Array.from({ length: count }, (_, i) => keyOf(i, count));
    assert.equal(new Set(keys).size, count);
    assert.ok(keys.every((key) => key.length === 1));
  }
  assert.deepEqual([keyOf(0, 2), keyOf(1, 2)], ["f", "j"]);
  assert.deepEqual([keyOf(0, 16), keyOf(9, 16), keyOf(10, 16), keyOf(15, 16)], ["1", "0", "q", "y"]);
});

test("a digit is a digit on every layout, and a letter is what it says", () => {
  assert.equal(saidBy({ code: "Digit1", key: "&" }), "1");
  assert.equal(saidBy({ code: "Numpad7", key: "Home" }), "7");
  assert.equal(saidBy({ code: "KeyQ", key: "A" }), "a");
});

test("frames that were skipped do not count towards the screen's interval", () => {
  assert.equal(intervalOf([10, 10, 10, 20, 10, 10, 3]), 10);
});

test("every skipped frame is counted", () => {
  const next = numbersFrom(5);
  const watch = new FrameWatch(10, 0);
  let now = 0;
  let skipped = 0;
  for (let i = 0; i < 200; i++) {
    const more = next(0, 3);
    skipped += more;
    now += 10 * (1 + more) + next(-2, 2);
    assert.equal(watch.tick(now), now);
  }
  assert.equal(watch.dropped, skipped);
});

test("sentences are filled, and what is missing is left out", () => {
  assert.equal(filled("{number} of {total} done", { number: 0, total: 9 }), "0 of 9 done");
  assert.equal(filled("error {status}{more}", { status: 422 }), "error 422");
});

test("a block is explained by what it is like", () => {
  const { withFeedback, withoutFeedback, brief, howRing, howKeys } = MESSAGES;
  const ring = instructions(MESSAGES, { feedback: true, brief: false, layout: "ring" });
  const keys = instructions(MESSAGES, { feedback: false, brief: true, layout: "keys" });
  assert.deepEqual(ring, [withFeedback, howRing]);
  assert.deepEqual(keys, [withoutFeedback, brief, howKeys]);
});

test("where two pictures stand, a block is explained by them", () => {
  const { withFeedback, howPair } = MESSAGES;
  const said = instructions(MESSAGES, { feedback: true, brief: false, layout: "ring", pair: true });
  assert.deepEqual(said, [withFeedback, howPair]);
});

test("two pictures have the first two digits and the arrows", () => {
  const pressed = (code, key) => sideOf({ code, key });
  assert.deepEqual([pressed("Digit1", "&"), pressed("ArrowLeft", "ArrowLeft"), pressed("Numpad1", "1")], [0, 0, 0]);
  assert.deepEqual([pressed("Digit2", "2"), pressed("ArrowRight", "ArrowRight")], [1, 1]);
  assert.deepEqual([pressed("KeyF", "f"), pressed("Digit3", "3"), pressed("ArrowUp", "ArrowUp")], [-1, -1, -1]);
});

test("a stimulus is a shape or an address", () => {
  assert.equal(shapeIn("shape:circle"), "circle");
  assert.equal(shapeIn("stimuli/shape:circle.png"), null);
  assert.throws(() => shapeIn("shape:toString"));
  assert.ok(!isShape("constructor"));
});

test("a row of answers has every column, empty where nothing is known", () => {
  const [header, row, end] = csvOf([{ participant: "a", obs: 0, left: null }]).split("\r\n");
  assert.deepEqual(header.split(","), COLUMNS);
  assert.equal(row.split(",").length, COLUMNS.length);
  assert.ok(row.startsWith("a,0,,"));
  assert.equal(end, "");
});

test("texts are quoted, and what a spreadsheet would compute is not", () => {
  const cell = (participant) => csvOf([{ participant }]).split("\r\n").slice(1).join("\r\n").split(",,")[0];
  assert.equal(cell('say "so"'), '"say ""so"""');
  assert.equal(cell("=1+1"), "'=1+1");
  assert.equal(cell("＝1"), "'＝1");
  assert.equal(cell(-1), "-1");
});

test("a participant is found by label before by number", () => {
  const participants = ["b", "1", "c"].map((label) => ({ label }));
  assert.equal(participantCalled(participants, "1")?.label, "1");
  assert.equal(participantCalled(participants, "3")?.label, "c");
  for (const nobody of ["0", "4", "", "1.5", "__proto__"]) assert.equal(participantCalled(participants, nobody), null);
});

test("each attempt waits longer than the one before, up to a limit", () => {
  const waits = Array.from({ length: 12 }, (_, attempt) => backOff(attempt));
  assert.deepEqual(waits.slice(0, 3), [500, 1000, 2000]);
  assert.deepEqual(
    waits,
    waits.toSorted((a, b) => a - b),
  );
  assert.equal(waits.at(-1), LONGEST_WAIT_MS);
});

test("who was closed does not wake", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const closing = new AbortController();
  const woken = [];
  const asleep = (name) => sleep(10, closing.signal).then(() => woken.push(name));
  asleep("in time");
  mock.timers.tick(10);
  asleep("too late");
  closing.abort();
  asleep("after the end");
  mock.timers.tick(1000);
  await settled();
  assert.deepEqual(woken, ["in time"]);
  mock.timers.reset();
});
