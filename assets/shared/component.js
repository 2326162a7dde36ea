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
  /** @type {WeakMap<ParentNode, {thing: Mounted<Data>, latest: Call<Data>}>} */
  const mounted = new WeakMap();
  return (call) => {
    const root = call.parentElement;
    const thing = mounted.get(root)?.thing ?? make(root);
    mounted.set(root, { thing, latest: call });
    thing.update(call);
    for (const waiting of root.querySelectorAll("[data-waits]")) waiting.removeAttribute("data-waits");
    return () => {
      // Runs of the page while the module is on its way are told all at once when it is there; then all but the last
      // are taken back, which must not close what the last one shows.
      if (mounted.get(root)?.latest !== call) return;
      thing.close();
      mounted.delete(root);
    };
  };
}
