// @ts-check

/** @typedef {import("./types.js").ShapeName} ShapeName */

const SVG = "http://www.w3.org/2000/svg";
const PREFIX = "shape:";

/** @type {Record<ShapeName, {draw: string, attributes: Record<string, string>}>} */
export const SHAPES = {
  circle: { draw: "circle", attributes: { cx: "50", cy: "50", r: "36" } },
  triangle: { draw: "polygon", attributes: { points: "50,12 90,82 10,82" } },
};

/**
 * Whether something is called like a shape that calibration trials ask for.
 * @param {string} name
 * @returns {name is ShapeName}
 */
export const isShape = (name) => Object.hasOwn(SHAPES, name);

/**
 * The shape that a trial shows, or null where it shows a picture.
 * @param {string} stimulus
 */
export function shapeIn(stimulus) {
  if (!stimulus.startsWith(PREFIX)) return null;
  const name = stimulus.slice(PREFIX.length);
  if (!isShape(name)) throw new Error(`There is no shape called ${name}.`);
  return name;
}

/**
 * Draw a shape, as a picture of its own that is called `label`, or without one as decoration beside its name.
 * @param {ShapeName} name
 * @param {string} [label]
 */
export function drawnShape(name, label) {
  const { draw, attributes } = SHAPES[name];
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  if (label) {
    svg.setAttribute("aria-label", label);
    svg.setAttribute("role", "img");
  } else svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(SVG, draw);
  for (const [key, value] of Object.entries(attributes)) drawn.setAttribute(key, value);
  svg.append(drawn);
  return svg;
}
