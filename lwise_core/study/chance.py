"""What guessing gets: one half of two pictures, else one of the classes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

OF_TWO = 0.5


def chance_of(trials: pd.DataFrame, *, classes: int) -> float:
    """Return the share of ``trials`` that guessing gets right, one class of so many where there are none."""
    if trials.empty:
        return 1 / classes
    return float((trials["foil_class"] != "").map({True: OF_TWO, False: 1 / classes}).mean())


def chance_by_block(trials: pd.DataFrame, *, classes: int) -> Mapping[str, float]:
    """Return block → the share of its ``trials`` that guessing gets right."""
    return {str(block): chance_of(rows, classes=classes) for block, rows in trials.groupby("block")}
