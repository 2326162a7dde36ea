"""What came out of a factorial: the accuracy of every cell, what either factor does, and both together."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.factorial import SHARE, FactorEffect, cell_accuracies, main_effects
from lwise_core.study.interaction import interaction
from lwise_core.study.responses import Responses
from lwise_core.teaching.courses.course import Course
from pages.parts.ui.notices import plain


def factorial_panel(responses: Responses, course: Course) -> None:
    """Draw the cells and the main effects; nothing where a course has no factorial."""
    cells = course.design.cells
    if not cells:
        return
    st.subheader("Factorial")
    rows = [
        {
            "easiest, %": 100 * c.cell.fraction,
            "ε₂₂₄": c.cell.epsilon_224,
            "people": c.people,
            "right in the test": _in_words(c.accuracy),
        }
        for c in cell_accuracies(responses, cells)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Right answers in each cell of the factorial")
    for effect in main_effects(responses, cells):
        if isinstance(effect, CannotJudge):
            st.caption(plain(effect.sentence))
        else:
            st.markdown(f"- **Main effect of the {plain(effect.factor)}**: {plain(_means(effect))}")
    together = interaction(responses, cells)
    if isinstance(together, CannotJudge):
        st.caption(plain(together.sentence))
    else:
        st.markdown(f"- **Both together**: {plain(together.sentence)}")
    st.caption(
        "Main effects: people are permuted within the levels of the other factor. Both together: residuals of the sum "
        "of both are permuted; the interval is Welch's, between the cells at the four ends."
    )


def _in_words(accuracy: Estimate | CannotJudge) -> str:
    if isinstance(accuracy, CannotJudge):
        return accuracy.sentence
    return f"{accuracy.value:.0%} ({accuracy.low:.0%} to {accuracy.high:.0%})"


def _means(effect: FactorEffect) -> str:
    levels = (f"{100 * x:g}%" if effect.factor == SHARE else f"{x:g}" for x in effect.levels)
    told = ", ".join(f"{mean:.0%} at {level}" for level, mean in zip(levels, effect.means, strict=True))
    return f"{told}; {'p < 0.001' if effect.p < 0.001 else f'p = {effect.p:.3f}'}."
