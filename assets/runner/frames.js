// @ts-check
//
// Frames of the screen: their interval, and those that the browser skipped.

const FRAMES_MEASURED = 30;
const DROPPED_FROM = 1.5; // frame intervals between two frames, above which some were skipped

/**
 * The time of the next frame of the screen; what is done right after it is awaited is part of that frame.
 * @returns {Promise<number>}
 */
export const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));

/**
 * The interval that these gaps between frames tell; those in which frames were skipped do not count.
 * @param {number[]} gaps
 */
export function intervalOf(gaps) {
  const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)];
  const regular = gaps.filter((gap) => gap < DROPPED_FROM * median && gap > median / DROPPED_FROM);
  return regular.reduce((sum, gap) => sum + gap, 0) / regular.length;
}

/** Measure the screen's frame interval. */
export async function frameInterval() {
  const gaps = [];
  let before = await nextFrame();
  while (gaps.length < FRAMES_MEASURED) {
    const now = await nextFrame();
    gaps.push(now - before);
    before = now;
  }
  return intervalOf(gaps);
}

/** Counts the frames that the browser skipped, from the one before the picture on. */
export class FrameWatch {
  /**
   * @param {number} interval of the screen's frames
   * @param {number} now time of the frame from which on it counts
   */
  constructor(interval, now) {
    this.interval = interval;
    this.last = now;
    this.dropped = 0;
    this.following = false;
  }

  /**
   * Take the time of the next frame, and return it.
   * @param {number} now
   */
  tick(now) {
    const gap = now - this.last;
    if (gap > DROPPED_FROM * this.interval) this.dropped += Math.round(gap / this.interval) - 1;
    this.last = now;
    return now;
  }

  /** Count on by itself, until it is stopped. */
  async follow() {
    this.following = true;
    while (this.following) {
      const now = await nextFrame();
      if (this.following) this.tick(now);
    }
  }

  stop() {
    this.following = false;
  }
}
