"""How often people were right, by how sure they said they were, where one picture was shown."""

from __future__ import annotations

import streamlit as st

from lwise_core.study.pair_accuracy import by_sureness
from lwise_core.study.responses import Responses
from pages.parts.courses.share_table import share_table

SURENESS = "how sure, 1 (guessed) to 4"
"""What the column is called, of one picture and of two."""


def sureness_panel(responses: Responses) -> None:
    """Draw accuracy by sureness, while learning and in the test; nothing where nobody was asked."""
    single = responses.scored[responses.scored["foil_class"] == ""]
    found = [
        (where, sure)
        for where, asked in (("While learning", single["feedback"]), ("In the test", ~single["feedback"]))
        if (sure := by_sureness(single[asked]))
    ]
    if not found:
        return
    st.subheader("How sure people were")
    for where, sure in found:
        st.markdown(f"**{where}**")
        share_table(SURENESS, sure)
    st.caption("Who knows what they know is right the more often, the surer they are.")
