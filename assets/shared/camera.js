// @ts-check

import { clamp } from "../shared/numbers.js";

/** @typedef {{x: number, y: number}} Point in shares of a panel's width */

const LARGEST_ZOOM = 32;

/** The middle of a panel. */
export const CENTRE = { x: 0.5, y: 0.5 };

/** Zoom and pan, shared by all panels: (x, y) is where the picture's corner lies, in widths of a panel. */
export class Camera {
  zoom = 1;
  x = 0;
  y = 0;

  whole() {
    Object.assign(this, { zoom: 1, x: 0, y: 0 });
  }

  /**
   * Zoom about a point, which stays where it is.
   * @param {number} factor
   * @param {Point} at
   */
  zoomAt(factor, at) {
    const zoom = clamp(this.zoom * factor, 1, LARGEST_ZOOM);
    const x = at.x - ((at.x - this.x) / this.zoom) * zoom;
    const y = at.y - ((at.y - this.y) / this.zoom) * zoom;
    this.zoom = zoom;
    this.moveTo(x, y);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  moveTo(x, y) {
    this.x = clamp(x, 1 - this.zoom, 0);
    this.y = clamp(y, 1 - this.zoom, 0);
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  moveBy(dx, dy) {
    this.moveTo(this.x + dx, this.y + dy);
  }

  /**
   * Follow two fingers of which one moves.
   * @param {Point} before where it was
   * @param {Point} now where it is
   * @param {Point} other where the other one rests
   */
  pinch(before, now, other) {
    /** @param {Point} point */
    const apart = (point) => Math.hypot(point.x - other.x, point.y - other.y);
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    this.zoomAt(apart(now) / Math.max(apart(before), 0.01), middle);
    this.moveBy((now.x - before.x) / 2, (now.y - before.y) / 2);
  }

  /**
   * What of the picture lies at a point of a panel, both as shares of their width.
   * @param {Point} point
   * @returns {Point}
   */
  seenAt({ x, y }) {
    return { x: (x - this.x) / this.zoom, y: (y - this.y) / this.zoom };
  }
}
