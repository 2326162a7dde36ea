// @ts-check
//
// The cropper as a Streamlit component.

import { component } from "../shared/component.js";
import { Cropper } from "./cropper.js";

export default component((root) => new Cropper(root));
