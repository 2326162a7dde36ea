// @ts-check
//
// A stored pair as a Streamlit component.

import { component } from "../shared/component.js";
import { Pair } from "./pair.js";

export default component((root) => new Pair(root));
