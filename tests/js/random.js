/** Whole numbers between two bounds, the same for the same seed (Park and Miller's generator). */
export function numbersFrom(seed) {
  let state = seed;
  return (low, high) => {
    state = (state * 48271) % 2147483647;
    return low + (state % (high - low + 1));
  };
}
