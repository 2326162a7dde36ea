// @ts-check

export const LARGEST_PICTURE = 0.6; // of the stage's side
const GAP = 0.012; // between a picture and its ring

/**
 * @typedef {{button: number, picture: number, tall: number, places: {x: number, y: number}[]}} Places
 *   in shares of the stage's width: the diameter of a button, the picture's side, the stage's height, centres of buttons
 */

/**
 * Where the buttons of a ring lie on a square stage, and how large the picture inside may be.
 *
 * Two choices lie left and right; more go clockwise from the right, as in the paper's experiments.
 * @param {number} count
 * @param {number} [turn] by how many places the ring is turned
 * @returns {Places}
 */
export function ringOf(count, turn = 0) {
  const button = count <= 4 ? 0.2 : count <= 8 ? 0.17 : 0.145;
  const radius = (1 - button) / 2 - 0.005;
  const first = count === 2 ? Math.PI : 0;
  const places = Array.from({ length: count }, (_, i) => {
    const angle = first + (2 * Math.PI * (i + turn)) / count;
    return { x: 0.5 + radius * Math.cos(angle), y: 0.5 + radius * Math.sin(angle) };
  });
  let half = LARGEST_PICTURE / 2;
  /** @param {{x: number, y: number}} place */
  const beside = ({ x, y }) => {
    const dx = Math.max(Math.abs(x - 0.5) - half, 0);
    const dy = Math.max(Math.abs(y - 0.5) - half, 0);
    return Math.hypot(dx, dy) >= button / 2 + GAP;
  };
  while (!places.every(beside)) half -= 0.005;
  return { button, picture: 2 * half, tall: 1, places };
}

const WIDE_PICTURE = 0.94; // of a stage that is higher than wide
const WIDE_BUTTON = 0.22;
const IN_A_ROW = 4;
const BETWEEN_ROWS = 0.02;

/**
 * The same for a phone that is held upright: buttons in rows below and above a picture as wide as the stage.
 *
 * Two choices lie left and right, below; more go clockwise from the right below, so that they keep the ring's order.
 * @param {number} count
 * @param {number} [turn] by how many places they are moved on
 * @returns {Places}
 */
export function rowsOf(count, turn = 0) {
  const below = count === 2 ? 2 : Math.ceil(count / 2);
  const rows = Math.ceil(below / IN_A_ROW);
  const side = rows * (WIDE_BUTTON + BETWEEN_ROWS) + BETWEEN_ROWS;
  const tall = WIDE_PICTURE + 2 * side;
  /**
   * @param {number} many
   * @param {(row: number) => number} yOf
   */
  const lines = (many, yOf) => {
    const each = Math.ceil(many / rows);
    return Array.from({ length: many }, (_, i) => {
      const row = Math.floor(i / each);
      const there = Math.min(each, many - row * each);
      return { x: ((i % each) + 0.5) / there, y: yOf(row) };
    });
  };
  const step = WIDE_BUTTON + BETWEEN_ROWS;
  const first = BETWEEN_ROWS + WIDE_BUTTON / 2;
  const under = lines(below, (row) => tall - side + first + row * step);
  if (count > 2) for (const place of under) place.x = 1 - place.x; // clockwise: from the right to the left
  const around = [...under, ...lines(count - below, (row) => first + row * step)];
  const places = around.map((_, i) => around[(i + Math.floor(turn)) % count]);
  return { button: WIDE_BUTTON, picture: WIDE_PICTURE, tall, places };
}
