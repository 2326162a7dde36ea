// @ts-check
//
// The runner as a Streamlit component: runs the sitting that the page's data names, however often the page is drawn anew.

import { component } from "../shared/component.js";
import { start } from "./runner.js";
import { ServerBackend } from "./server_backend.js";

/**
 * @typedef {import("./types.js").Config & {api: string, token: string}} Data
 *   what the page sends (pages/parts/courses/trial_runner.py)
 * @typedef {import("../shared/component.js").Call<Data>} Call
 */

class Sitting {
  /** @type {?string} */
  #token = null;
  /** @type {?{close: () => void}} */
  #course = null;
  /** @type {Call["setTriggerValue"]} */
  #tell = () => {};

  /** @param {ParentNode} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {Call} call */
  update({ data, setTriggerValue }) {
    this.#tell = setTriggerValue;
    const { token } = data;
    if (token === this.#token) return;
    this.close();
    this.#token = token;
    this.#course = start(this.root, data, new ServerBackend(data), () => this.#tell("done", token));
  }

  close() {
    this.#course?.close();
  }
}

export default component((root) => new Sitting(root));
