"""What was taken for what in the test, and how well each class was told from the others."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lwise_core.study.agreement import Confusion, confusions
from lwise_core.study.detection import detections
from lwise_core.study.responses import Responses
from pages.parts.ui.notices import plain


def confusions_panel(responses: Responses) -> None:
    """Draw for each group of ``responses`` the table of answers, d′ and criterion by class."""
    for confusion in confusions(responses):
        st.markdown(f"**{plain(confusion.group)}**: rows are what was shown, columns what was answered in the test")
        table = pd.DataFrame(confusion.counts, index=list(confusion.classes), columns=list(confusion.classes))
        table["no answer"] = list(confusion.unanswered)
        st.dataframe(table, alt=f"Confusions, {confusion.group}")
        _told_apart(confusion)


def _told_apart(confusion: Confusion) -> None:
    found = detections(confusion)
    if not found:
        return
    rows = [
        {
            "class": one.class_name,
            "of what was shown, %": round(100 * one.base_rate),
            "of the answers, %": round(100 * one.answer_rate),
            "d′": round(one.sensitivity, 2),
            "criterion c": round(one.criterion, 2),
        }
        for one in found
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=f"Sensitivity and criterion by class, {confusion.group}")
    st.caption(
        "d′ says how well a class is told from all others, however readily its name is given: 0 is not at all, and "
        "about 1 is 69% right between two classes. The criterion is above 0 where the name is given too seldom, below "
        "0 where too readily. The answers of a group's people are put together."
    )
