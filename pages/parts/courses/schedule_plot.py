"""The figure of a schedule: how easy and how strongly enhanced the pictures of each block are."""

from __future__ import annotations

from collections.abc import Sequence

from lwise_core.teaching.design.schedules import Block
from pages.parts.ui.plots import BLUE, LEGEND_ABOVE, VERMILLION, Plot, blank_figure


def schedule_figure(blocks: Sequence[Block]) -> Plot:
    """Return share of the easiest pictures and ε₂₂₄ over the blocks, each on its own axis from 0."""
    names = [b.name for b in blocks]
    budgets = [max(b.mixed, default=b.epsilon_224) for b in blocks]
    strongest = max(budgets, default=0.0)
    figure = blank_figure(height=300)
    figure.add_scatter(
        x=names,
        y=[100 * b.fraction for b in blocks],
        name="easiest pictures of a class, %",
        mode="lines+markers",
        line={"color": BLUE, "shape": "hv"},
        marker={"symbol": "circle"},
    )
    figure.add_scatter(
        x=names,
        y=budgets,
        name="enhancement, ε₂₂₄",
        mode="lines+markers",
        line={"color": VERMILLION, "dash": "dash", "shape": "hv"},
        marker={"symbol": "square"},
        yaxis="y2",
    )
    figure.update_layout(
        yaxis={"title": {"text": "easiest pictures, %"}, "range": [0, 105]},
        yaxis2={
            "title": {"text": "ε₂₂₄"},
            "range": [0, 1.05 * max(strongest, 1.0)],
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
        },
        xaxis={"title": {"text": "block"}, "type": "category"},
        legend=LEGEND_ABOVE,
    )
    return Plot(figure, _in_words(blocks))


def _in_words(blocks: Sequence[Block]) -> str:
    said = (f"{b.name}: the easiest {b.fraction:.0%}, ε₂₂₄ {_budgets(b)}" for b in blocks)
    return "Difficulty and enhancement by block. " + "; ".join(said) + "."


def _budgets(block: Block) -> str:
    return ", ".join(f"{e:g}" for e in block.mixed or (block.epsilon_224,))
