// @ts-check
//
// The viewer as a Streamlit component.

import { component } from "../shared/component.js";
import { Viewer } from "./viewer.js";

export default component((root) => new Viewer(root));
