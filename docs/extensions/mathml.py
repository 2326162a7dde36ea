"""Formulas as MathML, which browsers draw by themselves: MathJax would be fetched from the network."""

from __future__ import annotations

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

_log = logging.getLogger(__name__)


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write an inline formula.

    Raises:
        SkipNode: Always: everything about the formula is written.
    """
    translator.body.append(_drawn(node, as_block=False))
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own.

    Raises:
        SkipNode: Always: everything about the formula is written.
    """
    translator.body.append(f'<div class="formula">{_drawn(node, as_block=True)}</div>')
    raise nodes.SkipNode


def _drawn(node: nodes.math | nodes.math_block, *, as_block: bool) -> str:
    try:
        formula: str = tex2mathml(node.astext(), as_block=as_block)
    except MathError as error:
        _log.warning("this formula cannot be drawn: %s", error, location=node)
        return ""
    return formula


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the renderer as “mathml”."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
