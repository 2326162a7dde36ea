import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, placeOf } from "../../assets/glimpse/place.js";

test("a photograph never lies over its point, nor left or above of the window", () => {
  for (let x = 0; x < 400; x += 7)
    for (let y = 0; y < 800; y += 11) {
      const { left, top } = placeOf({ x, y });
      assert.ok(left >= 0 && top >= 0, `${x} ${y}`);
      assert.ok(left + 112 < x || top + 112 < y || top > y, `${x} ${y}`);
    }
});

test("a point bears the hash of its photograph, or none", () => {
  assert.equal(hashOf({ points: [{ customdata: ["ab"] }] }), "ab");
  for (const nothing of [undefined, null, {}, { points: [] }, { points: [{}] }, { points: [{ customdata: [1] }] }])
    assert.equal(hashOf(nothing), null);
});
