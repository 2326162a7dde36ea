import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, goTo } from "../../assets/arrival/index.js";

test("what is opened begins at the top without the menu, and what stays is left where it was scrolled to", () => {
  let tops = 0;
  let folded = 0;
  globalThis.location = { pathname: "/models" };
  globalThis.performance.getEntriesByType = () => [{ name: "http://localhost:8501/models?guide=a" }];
  globalThis.document = {
    querySelector: (asked) =>
      asked.includes("stSidebar")
        ? { click: () => folded++ }
        : {
            scrollTo: (x, y) => {
              assert.deepEqual([x, y], [0, 0]);
              tops++;
            },
          },
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
    assert.equal(folded, wanted, place);
  }
});

test("a page that was chosen before the script was there counts as opened", async () => {
  let folded = 0;
  globalThis.document = { querySelector: () => ({ click: () => folded++, scrollTo: () => {} }) };
  globalThis.location = { pathname: "/rank" };
  const late = await import("../../assets/arrival/index.js?late");
  late.arrive("Rank 0");
  assert.equal(folded, 1);
});

test("a part is gone to once for each time that it is sought", () => {
  const gone = [];
  globalThis.CSS = { escape: (name) => name };
  globalThis.document = { querySelector: (asked) => ({ scrollIntoView: () => gone.push(asked) }) };
  for (const sought of [null, { part: "a", times: 1 }, { part: "a", times: 1 }, null, { part: "b", times: 2 }])
    goTo(sought);
  assert.deepEqual(gone, [".st-key-a", ".st-key-b"]);
});
