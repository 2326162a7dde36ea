// @ts-check

import { Outbox } from "./outbox.js";
import { backOff } from "./waiting.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Backend} Backend
 * @typedef {import("./types.js").Host} Host
 */

const ANSWER_WITHIN_MS = 15000; // a server that is silent for longer counts as gone
const CONFLICT = 409; // the answer is there already
const SERVER_TROUBLE = 500;

/**
 * The server of the app. Every request is repeated until it is answered.
 * @implements {Backend}
 */
export class ServerBackend {
  /** @type {?Host} */
  #host = null;

  /** @param {{api: string, token: string, language?: string}} config where the server answers, which sitting it is */
  constructor({ api, token, language = "en" }) {
    this.address = `${api}/${encodeURIComponent(token)}`;
    this.token = token;
    this.language = language;
    this.outbox = new Outbox(token);
  }

  /** @param {Host} host */
  attach(host) {
    this.#host = host;
  }

  async next() {
    for (const answer of this.outbox.waiting) await this.#posted(answer);
    return this.#asked("next", {});
  }

  /** @param {Answer} answer */
  async answer(answer) {
    this.outbox.put(answer);
    return this.#posted(answer);
  }

  /** @param {Answer} answer */
  async #posted(answer) {
    const reply = await this.#asked("answers", { method: "POST", body: JSON.stringify(answer) });
    this.outbox.drop(answer);
    // Where it had been stored before, a conflict says so and not whether it was right: then only the server knows where
    // the course is now.
    return reply;
  }

  /**
   * Ask until there is an answer.
   * @param {string} what
   * @param {RequestInit} options
   */
  async #asked(what, options) {
    for (let attempt = 0; ; attempt += 1) {
      const reply = await this.#tried(what, options);
      if (reply?.good) {
        this.#host?.notify(null);
        return reply.body;
      }
      if (reply) {
        await this.#host?.notify({ refused: reply.body?.error, status: reply.status });
        attempt = -1;
      } else {
        this.#host?.notify({ offline: true, waiting: this.outbox.waiting.length > 0 });
        await this.#host?.sleep(backOff(attempt));
      }
    }
  }

  /**
   * Ask once. Returns null when nobody answered, or a server in trouble did.
   * @param {string} what
   * @param {RequestInit} options
   */
  async #tried(what, options) {
    try {
      const response = await fetch(`${this.address}/${what}`, {
        ...options,
        headers: {
          "X-Sitting": this.token,
          "Accept-Language": this.language,
          ...(options.body ? { "Content-Type": "application/json" } : {}),
        },
        cache: "no-store",
        credentials: "same-origin",
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const { ok, status } = response;
      if (status >= SERVER_TROUBLE) return null;
      const body = ok ? await response.json() : await response.json().catch(() => ({}));
      return { good: ok || status === CONFLICT, status, body };
    } catch {
      return null;
    }
  }
}
