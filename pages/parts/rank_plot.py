"""The figure of a ranking: how hard the photographs of each class are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pages.parts.plots import BLUE, Plot, blank_figure, label


def logit_figure(logits: Mapping[str, Sequence[float]]) -> Plot:
    """Return the ground-truth logits of each class as a row of marks on one axis; left is harder."""
    figure = blank_figure(height=90 + 34 * len(logits))
    for name, values in logits.items():
        figure.add_scatter(
            x=list(values),
            y=[label(name)] * len(values),
            mode="markers",
            marker={"color": BLUE, "symbol": "line-ns-open", "size": 14, "opacity": 0.6},
            hovertemplate="logit %{x:.2f}<extra></extra>",
            showlegend=False,
        )
    figure.update_layout(
        xaxis={"title": {"text": "ground-truth logit: the lower, the harder for people"}},
        yaxis={"autorange": "reversed"},
    )
    said = "; ".join(f"{n}: {len(v)} photographs, {min(v):.1f} to {max(v):.1f}" for n, v in logits.items() if v)
    return Plot(figure, f"Ground-truth logits by class. {said}.")
