"""A table of shares of right answers, by whatever they are of."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lwise_core.study.estimates import Estimate
from lwise_core.study.pair_accuracy import PairShare


def share_table(of: str, shares: Sequence[PairShare]) -> None:
    """Draw the shares with their intervals; ``of`` is what the first column is called."""
    rows = [
        {
            of: s.of,
            "people": s.people,
            "answers": s.trials,
            "right, %": round(100 * s.mean),
            "95%": f"{s.accuracy.low:.0%} to {s.accuracy.high:.0%}" if isinstance(s.accuracy, Estimate) else "",
        }
        for s in shares
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=f"Right answers by {of}")
