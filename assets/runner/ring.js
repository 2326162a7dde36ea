// @ts-check

export const LARGEST_PICTURE = 0.6; // of the stage's side
const GAP = 0.012; // between a picture and its ring

/**
 * Where the buttons of a ring lie and how large the picture inside may be, in shares of the stage's side.
 *
 * Two choices lie left and right; more go clockwise from the right, as in the paper's experiments.
 * @param {number} count
 * @param {number} [turn] by how many places the ring is turned
 * @returns {{button: number, picture: number, places: {x: number, y: number}[]}} centres of buttons
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
  return { button, picture: 2 * half, places };
}
