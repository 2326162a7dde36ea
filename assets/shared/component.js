// @ts-check

/**
 * What Streamlit calls a component with, at every run of the page (components v2).
 * @template Data
 * @typedef {{parentElement: ParentNode, data: Data, setTriggerValue: (name: string, value: unknown) => void}} Call
 */

/**
 * What is mounted in one place of a page, however often the page is drawn anew.
 * @template Data
 * @typedef {{update: (call: Call<Data>) => void, close: () => void}} Mounted
 */

/**
 * Return a Streamlit component that makes a thing once for each place of the page, and updates it from then on.
 * Markup that `data-waits` for its script is hidden until then (base.css).
 * @template Data
 * @param {(root: ParentNode) => Mounted<Data>} make
 * @returns {(call: Call<Data>) => () => void}
 */
export function component(make) {
  /** @type {WeakMap<ParentNode, Mounted<Data>>} */
  const mounted = new WeakMap();
  return (call) => {
    const root = call.parentElement;
    const thing = mounted.get(root) ?? make(root);
    mounted.set(root, thing);
    thing.update(call);
    for (const waiting of root.querySelectorAll("[data-waits]")) waiting.removeAttribute("data-waits");
    return () => {
      // Runs of the page while the module is on its way are told all at once when it is there, in any order, and all
      // but the newest are taken back, also one that was told after it. Only a place that is gone is closed.
      if (root.isConnected) return;
      mounted.get(root)?.close();
      mounted.delete(root);
    };
  };
}
