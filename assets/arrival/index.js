// @ts-check
//
// What a click opens begins at its top. Streamlit scrolls the same element for all pages and leaves it where it had been
// scrolled to before.

import { component } from "../shared/component.js";

/** @type {?string} what this tab shows */
let shown = null;

/**
 * Begin at the top where something else is shown than before; what is shown first is there already.
 * @param {string} place
 */
export function arrive(place) {
  if (shown !== null && shown !== place) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  shown = place;
}

export default component(() => ({
  /** @param {import("../shared/component.js").Call<{place: string}>} call */
  update: ({ data }) => arrive(data.place),
  close: () => {},
}));
