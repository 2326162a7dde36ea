"""Figures of the pages: pure functions from plain numbers to a Plotly figure, its description and a caption.

Scales are fixed, nothing is stretched to the data's own minimum and maximum. Colours are of Okabe and Ito's palette
(colour-blind safe), those with a contrast of 3:1 on both the light and the dark page; lines differ in dash too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

PERTURBATION_LIMIT = 24.0


@dataclass(frozen=True)
class Plot:
    """A figure with its description for screen readers and a caption to stand below it (may be empty)."""

    figure: go.Figure
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class LogitCurves:
    """Logits along ε: ``logits[name][i]`` belongs to ``epsilons[i]`` (rising from 0).

    Hold the ground truth, its strongest rivals, and every class that is the guide's first choice anywhere on the way.
    """

    epsilons: Sequence[float]
    logits: Mapping[str, Sequence[float]]
    ground_truth: str


@dataclass(frozen=True)
class EpsilonAxis:
    """The axis of ε: 0 to ``largest``, RMS grey levels per unit, and where caution begins (None: not known)."""

    largest: float
    grey_levels_per_unit: float
    caution: float | None = None


def show(plot: Plot, *, key: str) -> None:
    """Draw ``plot`` and its caption on the page."""
    st.plotly_chart(plot.figure, alt=plot.alt, key=key, config={"displayModeBar": False})
    if plot.caption:
        st.caption(plot.caption)


def perturbation_figure(perturbation: npt.NDArray[np.floating], *, height: int = 380) -> Plot:
    """Return the signed map ``(H, W)`` in grey levels (−255…255) on the one scale of ±``PERTURBATION_LIMIT``."""
    return Plot(go.Figure(), "")


def path_figure(curves: LogitCurves, *, axis: EpsilonAxis, current: float) -> Plot:
    """Return the logits of the ground truth and its rivals along ε, with the present ε marked."""
    return Plot(go.Figure(), "")


def reference_figure(references: Sequence[float], *, logit: float, class_name: str) -> Plot:
    """Return the held-out reference logits of a class with this picture's ``logit`` marked; 150 px high."""
    return Plot(go.Figure(), "")


def probability_figure(probabilities: Mapping[str, float], *, ground_truth: str | None) -> Plot:
    """Return bars of class probabilities in [0, 1], in the order given, on a scale of 0–100%."""
    return Plot(go.Figure(), "")
