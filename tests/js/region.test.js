import assert from "node:assert/strict";
import { test } from "node:test";
import { brushed, packed, stepped, unpackedMask, withPiece } from "../../assets/region/mask.js";

const SIDE = 5;
const EMPTY = new Uint8Array(SIDE * SIDE);

/** The places that are set, as [column, row]. */
const places = (mask) => [...mask].flatMap((one, i) => (one ? [[i % SIDE, Math.floor(i / SIDE)]] : []));

test("a brush of one pixel paints one, and larger ones a disc that ends at the edge", () => {
  assert.deepEqual(places(brushed(EMPTY, SIDE, { x: 3, y: 1 }, { radius: 0.5, value: 1 })), [[3, 1]]);
  assert.deepEqual(places(brushed(EMPTY, SIDE, { x: 0, y: 0 }, { radius: 1, value: 1 })), [
    [0, 0],
    [1, 0],
    [0, 1],
  ]);
  assert.equal(places(EMPTY).length, 0);
});

test("the eraser takes back what the brush painted", () => {
  const painted = brushed(EMPTY, SIDE, { x: 2, y: 2 }, { radius: 2, value: 1 });
  assert.ok(places(painted).length > 9);
  assert.equal(places(brushed(painted, SIDE, { x: 2, y: 2 }, { radius: 2, value: 0 })).length, 0);
});

test("a piece is painted whole and nothing else", () => {
  const pieces = Uint16Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < 2 ? 300 : 7));
  const painted = withPiece(EMPTY, pieces, 0, 1);
  assert.equal(places(painted).length, 2 * SIDE);
  assert.ok(places(painted).every(([x]) => x < 2));
});

test("keys move inside the picture, Shift further, others mean nothing", () => {
  assert.deepEqual(stepped({ x: 0, y: 2 }, { key: "ArrowLeft", shiftKey: false }, SIDE), { x: 0, y: 2 });
  assert.deepEqual(stepped({ x: 1, y: 2 }, { key: "ArrowDown", shiftKey: false }, SIDE), { x: 1, y: 3 });
  assert.deepEqual(stepped({ x: 1, y: 2 }, { key: "ArrowRight", shiftKey: true }, SIDE), { x: 4, y: 2 });
  assert.equal(stepped({ x: 1, y: 2 }, { key: "a", shiftKey: false }, SIDE), null);
});

test("a mask goes as bits, the first one highest, and comes back", () => {
  assert.equal(packed(Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 1, 1])), btoa("\x81\x80"));
  for (let seed = 1; seed < 40; seed++) {
    const mask = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => ((i * seed * 7919) >> 3) & 1);
    assert.deepEqual(unpackedMask(packed(mask), mask.length), mask);
  }
});
