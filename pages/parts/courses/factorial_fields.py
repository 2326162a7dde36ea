"""The cells of a factorial, as further groups of a course: shares of the easiest pictures by ε."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import streamlit as st

from lwise_core.teaching.courses.course import CourseError
from lwise_core.teaching.courses.course_design import FactorCell


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
    return partial(_cells, shares, epsilons)


def _cells(shares: str, epsilons: str) -> tuple[FactorCell, ...]:
    """Return the cells, none where both fields are empty.

    Raises:
        CourseError: Something in them is no share or no ε.
    """
    if bool(shares.strip()) != bool(epsilons.strip()):
        raise CourseError("A factorial needs shares and ε; fill in both fields, or neither.")
    return tuple(FactorCell(share / 100, epsilon) for share, epsilon in product(_numbers(shares), _numbers(epsilons)))


def _numbers(text: str) -> tuple[float, ...]:
    """Return the numbers that a field lists.

    Raises:
        CourseError: Something in it is not a number.
    """
    try:
        return tuple(float(word) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise CourseError(f"“{text}” is not a list of numbers; write 0, 2, 8.") from error
