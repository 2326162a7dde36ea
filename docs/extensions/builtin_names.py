"""Names of built-in types in signatures stay plain: Sphinx would link `bytes` to any attribute called so."""

from __future__ import annotations

import builtins

from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.typing import ExtensionMetadata


class PlainBuiltins(SphinxPostTransform):
    """Replace references to built-in names by their text, before references are resolved."""

    default_priority = 1

    def run(self, **_: object) -> None:
        """Go through the references of one document."""
        for reference in list(self.document.findall(pending_xref)):
            if reference.get("refdomain") == "py" and hasattr(builtins, reference.get("reftarget", "")):
                reference.replace_self(reference.children)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the transform."""
    app.add_post_transform(PlainBuiltins)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
