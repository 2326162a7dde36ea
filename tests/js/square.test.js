import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, isSame, moved, pulled, stepped } from "../../assets/cropper/square.js";
import { numbersFrom } from "./random.js";

const PHOTOGRAPH = { width: 1200, height: 800, smallest: 64 };
const WHOLE = { left: 200, top: 0, side: 800 };
const CORNERS = [-1, 1].flatMap((x) => [-1, 1].map((y) => ({ x, y })));

/** A photograph of any shape, and a square within it. */
function drawn(next) {
  const photograph = { width: next(1, 3000), height: next(1, 3000), smallest: next(1, 500) };
  const square = fitted({ left: next(-500, 3500), top: next(-500, 3500), side: next(0, 4000) }, photograph);
  return { photograph, square };
}

function assertInside({ left, top, side }, { width, height, smallest }) {
  assert.ok([left, top, side].every(Number.isInteger));
  assert.ok(left >= 0 && top >= 0 && left + side <= width && top + side <= height);
  assert.ok(side >= Math.min(smallest, width, height));
}

test("a square is made of whole pixels, inside the photograph and large enough, and stays what it is", () => {
  const next = numbersFrom(1);
  for (let i = 0; i < 500; i++) {
    const { photograph, square } = drawn(next);
    assertInside(square, photograph);
    assert.deepEqual(fitted(square, photograph), square);
  }
});

test("the corner opposite to the one that is pulled stays", () => {
  const next = numbersFrom(2);
  for (let i = 0; i < 500; i++) {
    const { photograph, square } = drawn(next);
    const by = { dx: next(-2000, 2000), dy: next(-2000, 2000) };
    for (const corner of CORNERS) {
      const after = pulled(square, corner, by, photograph);
      assert.ok(after.left >= 0 && after.left + after.side <= photograph.width);
      assert.ok(after.top >= 0 && after.top + after.side <= photograph.height);
      if (corner.x > 0) assert.equal(after.left, square.left);
      else assert.equal(after.left + after.side, square.left + square.side);
      if (corner.y > 0) assert.equal(after.top, square.top);
      else assert.equal(after.top + after.side, square.top + square.side);
    }
  }
});

test("a corner that is not moved changes nothing", () => {
  for (const corner of CORNERS) assert.deepEqual(pulled(WHOLE, corner, { dx: 0, dy: 0 }, PHOTOGRAPH), WHOLE);
});

test("it moves as far as the photograph goes", () => {
  assert.deepEqual(moved(WHOLE, { dx: 999, dy: 999 }, PHOTOGRAPH), { left: 400, top: 0, side: 800 });
});

test("arrows move it by half a percent of the shorter side, with Shift by five", () => {
  assert.deepEqual(stepped(WHOLE, { key: "ArrowRight", shiftKey: false }, PHOTOGRAPH), { ...WHOLE, left: 204 });
  assert.deepEqual(stepped(WHOLE, { key: "ArrowLeft", shiftKey: true }, PHOTOGRAPH), { ...WHOLE, left: 160 });
});

test("a step is at least one pixel", () => {
  const tiny = { width: 20, height: 10, smallest: 2 };
  const at = { left: 3, top: 3, side: 4 };
  assert.deepEqual(stepped(at, { key: "ArrowDown", shiftKey: false }, tiny), { ...at, top: 4 });
});

test("plus and minus size it about its middle", () => {
  const at = { left: 240, top: 40, side: 720 };
  assert.deepEqual(stepped(at, { key: "+", shiftKey: true }, PHOTOGRAPH), WHOLE);
  assert.deepEqual(stepped(at, { key: "-", shiftKey: false }, PHOTOGRAPH), { left: 244, top: 44, side: 712 });
});

test("a key that means nothing gives nothing", () => {
  assert.equal(stepped(WHOLE, { key: "a", shiftKey: false }, PHOTOGRAPH), null);
});

test("two squares are the same when all three numbers are", () => {
  assert.ok(isSame(WHOLE, { ...WHOLE }));
  for (const name of Object.keys(WHOLE)) assert.ok(!isSame(WHOLE, { ...WHOLE, [name]: 1 }));
});
