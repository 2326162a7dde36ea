// @ts-check

const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 10000;

/**
 * What waits in a runner that was closed.
 * @type {Promise<never>}
 */
export const NEVER = new Promise(() => {});

/**
 * How long to wait after so many attempts before the next, in milliseconds.
 * @param {number} attempt from 0
 */
export const backOff = (attempt) => Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);

/**
 * Wait, unless `signal` says that nobody waits any more: then for ever.
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function sleep(ms, signal) {
  if (signal.aborted) return NEVER;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}
