import assert from "node:assert/strict";
import { test } from "node:test";
import { Group } from "../../assets/maps/group.js";
import { pixelAt, readingOf, stepsOf, valueAt } from "../../assets/maps/readings.js";
import { numbersFrom } from "./random.js";

test("numbers come with their lower byte first", () => {
  assert.deepEqual([...stepsOf(btoa("\x01\x00\xff\xff\xff\x7f\x01\x80"))], [1, -1, 32767, -32767]);
});

test("every point of a picture lies in one of its pixels", () => {
  const next = numbersFrom(3);
  for (let i = 0; i < 200; i++) {
    const side = next(1, 40);
    const { column, row } = pixelAt({ x: next(-20, 120) / 100, y: next(-20, 120) / 100 }, side);
    assert.ok(column >= 0 && column < side && row >= 0 && row < side);
  }
  assert.deepEqual(pixelAt({ x: 0.5, y: 0.999 }, 4), { column: 2, row: 3 });
});

test("values have three digits, and a sign where the map has two", () => {
  const steps = Int16Array.from([32767, -32767, 0]);
  const signed = { steps, top: 1.23456, signed: true };
  assert.deepEqual(
    [0, 1, 2].map((i) => valueAt(signed, i)),
    ["+1.23", "−1.23", "0"],
  );
  assert.equal(valueAt({ ...signed, signed: false }, 0), "1.23");
});

test("a sentence names what each map holds at the point, pictures only where it is", () => {
  const numbers = { steps: Int16Array.from([0, 0, 0, 32767]), top: 2, signed: true };
  const row = {
    side: 2,
    maps: [
      { name: "original", numbers },
      { name: "the picture", numbers: null },
    ],
  };
  assert.equal(readingOf({ x: 0.9, y: 0.9 }, row), "Column 1, row 1: original +2.");
  assert.equal(readingOf({ x: 0.1, y: 0.9 }, { ...row, maps: [row.maps[1]] }), "Column 0, row 1.");
});

test("who left a group is aimed and marked no more", () => {
  const group = new Group();
  const heard = [];
  /** @param {string} name */
  const member = (name) => ({ aim: () => heard.push(name), mark: (seen) => heard.push(`${name} ${seen?.x}`) });
  group.join(member("a"));
  const leave = group.join(member("b"));
  group.aim();
  leave();
  group.mark({ x: 1, y: 0 });
  assert.deepEqual(heard, ["a", "b", "a 1"]);
});
