// @ts-check
//
// The packer of folders as a Streamlit component.

import { component } from "../shared/component.js";
import { FolderPacker } from "./packer.js";

export default component((root) => new FolderPacker(root));
