// @ts-check
//
// The region painter as a Streamlit component.

import { component } from "../shared/component.js";
import { RegionPainter } from "./painter.js";

export default component((root) => new RegionPainter(root));
