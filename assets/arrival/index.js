// @ts-check
//
// What a click opens begins at its top, or at the part that was sought. Streamlit scrolls the same element for all pages and leaves it where it had been
// scrolled to before. And it leaves the menu of a narrow screen open, which covers the page that was chosen in it.

import { component } from "../shared/component.js";
import { lookAfterTheFocus } from "./landing.js";

/** @type {?string} what this tab shows */
let shown = null;

/** How many parts had been sought when one was gone to last. */
let times = 0;

/** @typedef {{part: string, times: number}} Sought a container of the page by its key, and how many were sought so far */

/**
 * Begin at the top where something else is shown than before; what is shown first is there already.
 * @param {string} place
 */
export function arrive(place) {
  if (shown === null ? hasMovedOn() : shown !== place) {
    document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
    closeMenu();
  }
  shown = place;
}

/** Whether another page than that of this document was chosen already, before this script was there. */
function hasMovedOn() {
  const [opened] = performance.getEntriesByType("navigation");
  return opened !== undefined && new URL(opened.name).pathname !== location.pathname;
}

/** Fold the menu away where it lies over the page: by its own button, for Streamlit keeps whether it is open. */
function closeMenu() {
  const fold = "[data-testid=stSidebar][data-collapsed=false] [data-testid=stSidebarCollapseButton] button";
  /** @type {?HTMLElement} */ (document.querySelector(fold))?.click();
}

/**
 * Go to a part of the page, once for each time that it is sought: what is drawn again stays where it was scrolled to.
 * @param {?Sought} [sought]
 */
export function goTo(sought) {
  if (!sought || sought.times === times) return;
  times = sought.times;
  document.querySelector(`.st-key-${CSS.escape(sought.part)}`)?.scrollIntoView({ block: "start" });
}

export default component(() => {
  lookAfterTheFocus();
  return {
    /** @param {import("../shared/component.js").Call<{place: string, sought?: ?Sought}>} call */
    update: ({ data }) => {
      arrive(data.place);
      goTo(data.sought);
    },
    close: () => {},
  };
});
