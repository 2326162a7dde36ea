// What is mounted in a place of the page lives as long as the last call that told it something.

import assert from "node:assert/strict";
import { test } from "node:test";
import { component } from "../../assets/shared/component.js";

/** A place of the page in which nothing waits. */
const place = () => ({ isConnected: true, querySelectorAll: () => [] });

/** A component that counts what it makes and closes and keeps what it was told. */
function counted() {
  const seen = { made: 0, closed: 0, told: [] };
  const make = () => {
    seen.made += 1;
    return { update: ({ data }) => seen.told.push(data), close: () => (seen.closed += 1) };
  };
  return { seen, call: component(make) };
}

for (const order of [
  ["a", "b", "newest"],
  ["newest", "a", "b"],
  ["a", "newest", "b"],
]) {
  test(`calls that are told at once, as ${order}, and taken back but for the newest close nothing`, () => {
    const { seen, call } = counted();
    const root = place();
    const taken = Object.fromEntries(order.map((data) => [data, call({ parentElement: root, data })]));
    taken.a();
    taken.b();
    assert.deepEqual(seen, { made: 1, closed: 0, told: order });
    root.isConnected = false;
    taken.newest();
    assert.equal(seen.closed, 1);
  });
}

test("what was closed is made anew by the next call, in each place for itself", () => {
  const { seen, call } = counted();
  const root = place();
  const leave = call({ parentElement: root, data: 1 });
  root.isConnected = false;
  leave();
  root.isConnected = true;
  call({ parentElement: root, data: 2 });
  call({ parentElement: place(), data: 3 });
  assert.deepEqual(seen, { made: 3, closed: 1, told: [1, 2, 3] });
});
