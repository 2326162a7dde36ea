import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera, CENTRE } from "../../assets/shared/camera.js";
import { numbersFrom } from "./random.js";

const near = (a, b) => Math.abs(a - b) < 1e-9;

test("what lies under the point that is zoomed at stays there", () => {
  const next = numbersFrom(3);
  for (let i = 0; i < 300; i++) {
    const camera = new Camera();
    camera.zoomAt(4, CENTRE);
    const at = { x: next(0, 100) / 100, y: next(0, 100) / 100 };
    const before = camera.seenAt(at);
    camera.zoomAt(1 + next(0, 50) / 10, at);
    const after = camera.seenAt(at);
    assert.ok(near(before.x, after.x) && near(before.y, after.y));
  }
});

test("the picture always fills the panel, whatever is done", () => {
  const next = numbersFrom(4);
  const camera = new Camera();
  for (let i = 0; i < 1000; i++) {
    const point = () => ({ x: next(-50, 150) / 100, y: next(-50, 150) / 100 });
    const deeds = [
      () => camera.zoomAt(next(1, 300) / 100, point()),
      () => camera.moveBy(next(-200, 200) / 100, next(-200, 200) / 100),
      () => camera.pinch(point(), point(), point()),
    ];
    deeds[next(0, 2)]();
    assert.ok(camera.zoom >= 1 && camera.zoom <= 32);
    for (const corner of [camera.x, camera.y]) assert.ok(corner <= 0 && corner + camera.zoom >= 1 - 1e-12);
  }
});

test("fingers that part to twice the distance zoom twice as near", () => {
  const camera = new Camera();
  camera.pinch({ x: 0.6, y: 0.5 }, { x: 0.8, y: 0.5 }, { x: 0.4, y: 0.5 });
  assert.ok(near(camera.zoom, 2));
});

test("the whole picture is the whole picture again", () => {
  const camera = new Camera();
  camera.zoomAt(8, { x: 0.2, y: 0.9 });
  camera.whole();
  assert.deepEqual(camera.seenAt({ x: 0.3, y: 0.7 }), { x: 0.3, y: 0.7 });
});
