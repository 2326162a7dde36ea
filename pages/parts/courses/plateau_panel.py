"""Where learning stands still, by group and by learner, with the criterion beside it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core.study.estimates import CannotJudge
from lwise_core.study.plateau import KNOWN, LEAST_RISE, WINDOW, GroupTrend, group_trends, standing_still
from lwise_core.study.responses import Responses
from lwise_core.teaching.courses.course import Course
from pages.parts.ui.notices import plain


def plateau_panel(responses: Responses, course: Course) -> None:
    """Draw which groups and learners no longer improve in training; nothing where there is no training."""
    design = course.design
    if design.practises or not any(b.feedback for b in design.schedule.blocks):
        return
    st.subheader("Has anybody stopped improving?")
    for trend in group_trends(responses, design):
        if isinstance(trend, CannotJudge):
            st.caption(plain(trend.sentence))
        else:
            st.markdown(
                f"- **{plain(trend.group)}** ({counted(trend.people, 'person', 'people')}): {plain(_in_words(trend))}"
            )
    st.caption(
        f"A group has stopped where a rise of {100 * LEAST_RISE:.0f} points a block is excluded (the whole 95% "
        f"interval of its slope over its last {WINDOW} blocks of natural pictures lies below it) and it is right in "
        f"less than {KNOWN:.0%}."
    )
    learners = standing_still(responses, design)
    if learners:
        with st.expander(f"{len(learners)} who were right no more often in the later half of such blocks"):
            rows = [
                {
                    "code": s.participant,
                    "group": s.group,
                    "earlier half, %": round(100 * s.earlier),
                    "later half, %": round(100 * s.later),
                    "answers": s.trials,
                }
                for s in learners
            ]
            st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Learners who may have stopped improving")
            st.caption(
                "A hint, not a finding: of learners who do not improve at 50% about half are listed, and of those who "
                "rise by 4 points a block about 4 in 100 (64 answers in either half)."
            )


def _in_words(trend: GroupTrend) -> str:
    rise = trend.rise
    figures = (
        f"{_points(rise.value)} points a block (95% {_points(rise.low)} to {_points(rise.high)}), "
        f"{trend.accuracy:.0%} right."
    )
    if trend.level:
        return f"{figures} It has stopped improving."
    return f"{figures} {'It still improves.' if rise.low > 0 else 'Whether it has stopped improving is open.'}"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")
