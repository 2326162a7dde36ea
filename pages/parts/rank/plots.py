"""The figure of a ranking: how hard the photographs of each class are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pages.parts.ui.notices import counted
from pages.parts.ui.plots import Plot, blank_figure, label


def logit_figure(logits: Mapping[str, Sequence[float]]) -> Plot:
    """Return the ground-truth logits of each class as a row of marks on one axis; left is harder.

    The marks are written, so that they have the colour of the page's text, in light and in dark.
    """
    figure = blank_figure(height=90 + 34 * len(logits))
    for name, values in logits.items():
        figure.add_scatter(
            x=list(values),
            y=[label(name)] * len(values),
            mode="text",
            text="|",
            textfont={"size": 16},
            hovertemplate="logit %{x:.2f}<extra></extra>",
            showlegend=False,
        )
    figure.update_layout(
        xaxis={"title": {"text": "harder ← logit → easier", "font": {"size": 12}}},
        yaxis={"autorange": "reversed"},
    )
    said = "; ".join(
        f"{n}: {counted(len(v), 'photograph')}, {min(v):.1f} to {max(v):.1f}" for n, v in logits.items() if v
    )
    return Plot(figure, f"Ground-truth logits by class, the lower the harder for people. {said}.")
