import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive } from "../../assets/arrival/index.js";

test("what is opened begins at the top, and what stays is left where a person has scrolled it to", () => {
  let tops = 0;
  globalThis.document = {
    querySelector: () => ({
      scrollTo: (x, y) => {
        assert.deepEqual([x, y], [0, 0]);
        tops++;
      },
    }),
  };
  for (const [place, wanted] of [
    ["Studio 0", 0],
    ["Studio 0", 0],
    ["Studio 1", 1],
    ["Studio 1", 1],
    ["Inspect 1", 2],
  ]) {
    arrive(place);
    assert.equal(tops, wanted, place);
  }
});
