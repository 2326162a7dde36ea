"""Names of the library in prose, such as `lwise_core.enhancement.path.ascend`, are links to the API reference."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.typing import ExtensionMetadata

_NAME = re.compile(r"lwise_core(\.\w+)+")


class LinkedNames(SphinxTransform):
    """Wrap each literal that is such a name into a reference; what the reference lacks stays a literal."""

    default_priority = 400

    def apply(self, **_: object) -> None:
        """Go through the literals of one document."""
        for literal in list(self.document.findall(nodes.literal)):
            if _NAME.fullmatch(literal.astext()) and not isinstance(literal.parent, pending_xref | nodes.reference):
                reference = pending_xref(
                    "", refdomain="py", reftype="obj", reftarget=literal.astext(), refdoc=self.env.docname
                )
                literal.replace_self(reference)
                reference += literal


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the transform."""
    app.add_transform(LinkedNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
