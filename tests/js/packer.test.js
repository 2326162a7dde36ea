import assert from "node:assert/strict";
import { test } from "node:test";
import { leftOut, membersOf, nameOf } from "../../assets/packer/packer.js";
import { checksum, parted, zipOf } from "../../assets/packer/zip.js";

const sized = (path, size) => ({ path, file: { size } });

test("the checksum is CRC-32", async () => {
  assert.equal(await checksum(new Blob(["123456789"])), 0xcbf43926);
  assert.equal(await checksum(new Blob([])), 0);
});

test("parts hold every member once, in order, and no more bytes than asked for unless one member has more", () => {
  const members = [3, 4, 4, 11, 1, 1, 9, 2].map((size, i) => sized(`${i}`, size));
  const parts = parted(members, 10);
  assert.deepEqual(parts.flat(), members);
  for (const part of parts) {
    const bytes = part.reduce((sum, { file }) => sum + file.size, 0);
    assert.ok(part.length === 1 || bytes <= 10);
  }
  assert.deepEqual(
    parts.map((part) => part.length),
    [2, 1, 1, 2, 1, 1],
  );
  assert.deepEqual(parted([], 10), []);
});

test("a zip is as long as its headers and its files, and says how far it is", async () => {
  const told = [];
  const members = ["cat/a.png", "dög/b.png"].map((path, i) => ({ path, file: new Blob([new Uint8Array(100 * i)]) }));
  const zip = await zipOf(members, (done) => told.push(done));
  assert.equal(zip.size, 2 * (30 + 46) + 22 + 2 * (9 + 10) + 100);
  assert.deepEqual(told, [1, 2]);
});

test("a photograph goes by its path in the folder; other kinds, and what systems hide, do not go", () => {
  const paths = ["top/cat/a.JPG", "top/b.jpg.txt", "top/.c.jpg", "top/.git/d.jpg", "top/jpg", ""];
  const files = paths.map((webkitRelativePath) => ({ webkitRelativePath, name: "e.png" }));
  assert.deepEqual(
    membersOf(files, ["jpg", "png"]).map(({ path }) => path),
    ["top/cat/a.JPG", "e.png"],
  );
});

test("what does not go along is counted in words", () => {
  assert.equal(leftOut(0), "");
  assert.equal(leftOut(1), "1 file is no photograph and was left out.");
  assert.equal(leftOut(12), "12 files are no photographs and were left out.");
});

test("zips are called after the folder, each otherwise", () => {
  const members = [sized("birds of spring/cat/a.jpg", 1)];
  assert.equal(nameOf(members, 0), "birds of spring.zip");
  assert.equal(nameOf(members, 1), "birds of spring (2).zip");
});
