"""The cells of a factorial, as further groups of a course: shares of the easiest pictures by ε."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from lwise_core.teaching.courses.course_design import FactorCell, factor_cells


def factorial_fields() -> Callable[[], tuple[FactorCell, ...]]:
    """Draw the fields and return what reads them: it raises only once all other fields of the page are drawn."""
    with st.expander("Factorial: shares of the easiest pictures by ε₂₂₄"):
        st.caption(
            "Every share with every ε is one more group, the same in each block before the first of all natural "
            "pictures. Control, where it is among the groups above, is compared with each of them."
        )
        columns = st.columns(2)
        shares = columns[0].text_input("Shares of the easiest, %", placeholder="10, 40, 100", key="course-shares")
        epsilons = columns[1].text_input("ε₂₂₄ of the factorial", placeholder="0, 2, 8", key="course-epsilons")
    return partial(factor_cells, shares, epsilons)
