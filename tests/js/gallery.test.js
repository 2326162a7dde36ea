import assert from "node:assert/strict";
import { test } from "node:test";
import { between, placed, stepAt, wordsAt } from "../../assets/gallery/pair.js";

const CHANGES = [
  { step: 0, epsilon: 0, grey_levels: 0, choice: "dog" },
  { step: 10, epsilon: 2, grey_levels: 3, choice: "dog" },
  { step: 30, epsilon: 6, grey_levels: 7, choice: "house cat" },
];

test("both ends of the slider are stored pictures, unblended", () => {
  for (const pictures of [2, 3, 7]) {
    assert.deepEqual(placed(0, pictures), { from: 0, share: 0 });
    assert.deepEqual(placed(100, pictures), { from: pictures - 2, share: 1 });
  }
});

test("a picture and the next one are there at every position, and the way only goes on", () => {
  for (const pictures of [2, 3, 7]) {
    let before = -1;
    for (let percent = 0; percent <= 100; percent++) {
      const { from, share } = placed(percent, pictures);
      assert.ok(from >= 0 && from + 1 < pictures);
      assert.ok(share >= 0 && share <= 1);
      assert.ok(from + share > before);
      before = from + share;
    }
  }
});

test("figures are those of a position of the path, the choice is the nearest picture's", () => {
  assert.equal(between(2, 6, 0.5), 4);
  const data = { changes: CHANGES, remark: "Not for diagnosis." };
  assert.equal(wordsAt(data, 0), "ε 0.00 (0.0 grey levels). The guide says: dog. Not for diagnosis.");
  assert.equal(wordsAt(data, 50), "ε 2.00 (3.0 grey levels). The guide says: dog. Not for diagnosis.");
  assert.equal(wordsAt(data, 71), "ε 3.60 (about 4.6 grey levels). The guide says: dog. Not for diagnosis.");
  assert.equal(wordsAt(data, 100), "ε 6.00 (7.0 grey levels). The guide says: house cat. Not for diagnosis.");
});

test("every position of the slider has its step of the path, and the way only goes on", () => {
  const steps = Array.from({ length: 101 }, (_, percent) => stepAt(CHANGES, percent));
  assert.deepEqual([steps[0], steps[50], steps[71], steps[100]], [0, 10, 18, 30]);
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  );
});
