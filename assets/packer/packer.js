// @ts-check
//
// A folder of many photographs goes to the server as a few zips. Streamlit's uploader asks for an address for each file,
// sends each by itself, and draws its whole list anew for each: what hundreds of files take grows with their square.

import { parted, zipOf } from "./zip.js";

/** @typedef {import("./zip.js").Member} Member */
/**
 * From how many files on a folder is packed, bytes of a zip at most, and the endings of the files that are taken.
 * @typedef {{atLeast: number, most: number, types: string[]}} PackerData
 */

const FIELD = '[data-testid="stFileUploader"] input[webkitdirectory]';

/** Stands beside an uploader of folders, whose files it packs before the uploader sees them. */
export class FolderPacker {
  #root;
  #ended = new AbortController();
  /** @type {PackerData} */
  #data = { atLeast: Number.POSITIVE_INFINITY, most: 0, types: [] };

  /** @param {ParentNode} root holds the line that says how far it is */
  constructor(root) {
    this.#root = root;
    // Before the uploader hears of it: its own listeners are further down.
    document.addEventListener("change", (event) => this.#chosen(event), { capture: true, signal: this.#ended.signal });
  }

  /** @param {{data: PackerData}} call */
  update({ data }) {
    this.#data = data;
  }

  close() {
    this.#ended.abort();
  }

  /** @param {Event} event */
  #chosen(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.matches(FIELD)) return;
    const files = field.files ?? [];
    const members = membersOf(files, this.#data.types);
    if (members.length < this.#data.atLeast) return;
    event.stopImmediatePropagation();
    this.#pack(members, field, leftOut(files.length - members.length));
  }

  /**
   * Give the zips of members to the uploader in the place of the files.
   * @param {Member[]} members
   * @param {HTMLInputElement} field
   * @param {string} last what is said at the end
   */
  async #pack(members, field, last) {
    const given = new DataTransfer();
    let before = 0;
    try {
      for (const [i, part] of parted(members, this.#data.most).entries()) {
        const zip = await zipOf(part, (done) => this.#say(`Packing: ${before + done} of ${members.length} files`));
        before += part.length;
        given.items.add(new File([zip], nameOf(members, i)));
      }
      this.#say(last);
    } catch {
      this.#say("A file of this folder cannot be read any more. Choose the folder again; nothing was sent.");
      field.value = ""; // else the browser says nothing when the same folder is chosen
      return;
    }
    if (this.#ended.signal.aborted) return;
    field.files = given.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @param {string} words */
  #say(words) {
    const line = this.#root.querySelector("[role=status]");
    if (line) line.textContent = words;
  }
}

/**
 * Return the files of a chosen folder that are of these types, by their paths, without those that systems hide there.
 * @param {Iterable<File>} files
 * @param {string[]} types endings without a point, in small letters
 * @returns {Member[]}
 */
export function membersOf(files, types) {
  const members = Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
  return members.filter(({ path }) => {
    const [, ending = ""] = /\.([^./]+)$/.exec(path) ?? [];
    return types.includes(ending.toLowerCase()) && !path.split("/").some((part) => part.startsWith("."));
  });
}

/**
 * Return the sentence about files that do not go along, empty where all do.
 * @param {number} count
 * @returns {string}
 */
export function leftOut(count) {
  if (count === 0) return "";
  return count === 1
    ? "1 file is no photograph and was left out."
    : `${count} files are no photographs and were left out.`;
}

/**
 * Return what a zip is called: the folder, and from the second one on its number.
 * @param {Member[]} members
 * @param {number} i
 * @returns {string}
 */
export function nameOf(members, i) {
  const [folder] = members[0].path.split("/");
  return i === 0 ? `${folder}.zip` : `${folder} (${i + 1}).zip`;
}
