import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Revisions } from "../../assets/shared/revisions.js";

mock.timers.enable({ apis: ["setTimeout"] });

let told;
let revisions;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  told = [];
  revisions = new Revisions(() => told.push(revisions.next()));
});

test("at first the server's word counts", () => {
  revisions.hear(7);
  assert.equal(revisions.ahead, false);
  assert.equal(revisions.awaiting, false);
});

test("what the person tells is numbered on from the server's number", () => {
  revisions.hear(7);
  assert.equal(revisions.next(), 8);
  revisions.hear(7); // a run that began before
  assert.equal(revisions.next(), 9);
});

test("the person is ahead until the last change is answered, not an older one", () => {
  revisions.hear(7);
  revisions.next();
  revisions.next();
  for (const older of [7, 8]) {
    assert.equal(revisions.hear(older), false);
    assert.equal(revisions.ahead, true);
  }
  assert.equal(revisions.hear(9), true);
  assert.equal(revisions.ahead, false);
});

test("an answer counts once", () => {
  revisions.hear(0);
  revisions.next();
  assert.equal(revisions.hear(1), true);
  assert.equal(revisions.hear(1), false);
});

test("the person is ahead while a pointer holds the value", () => {
  revisions.held = true;
  assert.equal(revisions.ahead, true);
  revisions.held = false;
  assert.equal(revisions.ahead, false);
});

test("keys are told once they rest, and only once", () => {
  revisions.hear(0);
  for (let i = 0; i < 3; i++) {
    revisions.postpone();
    mock.timers.tick(499);
  }
  assert.deepEqual(told, []);
  assert.equal(revisions.ahead, true);
  mock.timers.tick(1);
  assert.deepEqual(told, [1]);
  mock.timers.tick(10_000);
  assert.deepEqual(told, [1]);
});

test("leaving tells at once what was put off, and nothing when nothing was", () => {
  revisions.hear(0);
  revisions.settle();
  assert.deepEqual(told, []);
  revisions.postpone();
  revisions.settle();
  assert.deepEqual(told, [1]);
  mock.timers.tick(10_000);
  assert.deepEqual(told, [1]);
});

test("what is closed tells nothing", () => {
  revisions.postpone();
  revisions.close();
  mock.timers.tick(10_000);
  assert.deepEqual(told, []);
  assert.equal(revisions.ahead, false);
});
