// @ts-check
//
// Zips of files as they are, without compression: photographs are compressed already. A zip holds no copy of a file: it
// is a blob of headers and of the files themselves, which the browser reads from the disk when it sends them.

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const NAMES_IN_UTF8 = 0x0800;
const FIRST_DAY = 0x0021; // 1 January 1980: a zip has no time of its own
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const ALL = 0xffffffff;

/** @typedef {{path: string, file: Blob}} Member a file by its path in the folder */

const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum >>> 0;
});

/**
 * Return the CRC-32 of what a file holds.
 * @param {Blob} file
 * @returns {Promise<number>}
 */
export async function checksum(file) {
  let sum = ALL;
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    for (const byte of part.value) sum = CHECKSUMS[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  }
  return (sum ^ ALL) >>> 0;
}

/**
 * Return members in groups of at most so many bytes each; one that is larger is alone.
 * @param {Member[]} members
 * @param {number} most
 * @returns {Member[][]}
 */
export function parted(members, most) {
  /** @type {Member[][]} */
  const parts = [];
  let size = Number.POSITIVE_INFINITY;
  for (const member of members) {
    if (size + member.file.size > most) {
      parts.push([]);
      size = 0;
    }
    parts[parts.length - 1].push(member);
    size += member.file.size;
  }
  return parts;
}

/**
 * Return a zip of members, all together below 4 GB.
 * @param {Member[]} members
 * @param {(done: number) => void} tell is called with the number of members that are in it
 * @returns {Promise<Blob>}
 */
export async function zipOf(members, tell) {
  /** @type {BlobPart[]} */
  const body = [];
  /** @type {BlobPart[]} */
  const directory = [];
  let offset = 0;
  let listed = 0;
  for (const [i, { path, file }] of members.entries()) {
    const name = new TextEncoder().encode(path);
    const common = { sum: await checksum(file), size: file.size, name: name.length };
    body.push(local(common), name, file);
    directory.push(central(common, offset), name);
    offset += LOCAL_BYTES + name.length + file.size;
    listed += CENTRAL_BYTES + name.length;
    tell(i + 1);
  }
  return new Blob([...body, ...directory, end(members.length, listed, offset)], { type: "application/zip" });
}

/** @typedef {{sum: number, size: number, name: number}} Common what both headers of a member say */

/**
 * @param {Common} common
 * @returns {DataView<ArrayBuffer>} what stands before a member
 */
function local({ sum, size, name }) {
  const view = new DataView(new ArrayBuffer(LOCAL_BYTES));
  view.setUint32(0, LOCAL, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, NAMES_IN_UTF8, true);
  view.setUint16(12, FIRST_DAY, true);
  view.setUint32(14, sum, true);
  view.setUint32(18, size, true);
  view.setUint32(22, size, true);
  view.setUint16(26, name, true);
  return view;
}

/**
 * @param {Common} common
 * @param {number} offset where the member begins
 * @returns {DataView<ArrayBuffer>} what the directory says of a member
 */
function central({ sum, size, name }, offset) {
  const view = new DataView(new ArrayBuffer(CENTRAL_BYTES));
  view.setUint32(0, CENTRAL, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, VERSION, true);
  view.setUint16(8, NAMES_IN_UTF8, true);
  view.setUint16(14, FIRST_DAY, true);
  view.setUint32(16, sum, true);
  view.setUint32(20, size, true);
  view.setUint32(24, size, true);
  view.setUint16(28, name, true);
  view.setUint32(42, offset, true);
  return view;
}

/**
 * @param {number} count
 * @param {number} listed bytes of the directory
 * @param {number} offset where it begins
 * @returns {DataView<ArrayBuffer>} what ends a zip
 */
function end(count, listed, offset) {
  const view = new DataView(new ArrayBuffer(END_BYTES));
  view.setUint32(0, END, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, listed, true);
  view.setUint32(16, offset, true);
  return view;
}
