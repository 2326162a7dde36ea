// @ts-check
//
// Maps side by side as a Streamlit component. All that stand on a page share one view, which belongs to this module.

import { component } from "../shared/component.js";
import { Group } from "./group.js";
import { LinkedMaps } from "./linked_maps.js";

const page = new Group();

export default component((root) => new LinkedMaps(root, page));
