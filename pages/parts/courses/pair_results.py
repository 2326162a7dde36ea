"""What came out where two pictures stood side by side: by class and pair, or by ε, and how sure people were."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lwise_core._utils.counting import counted
from lwise_core.study.accuracy import inattentive
from lwise_core.study.chance import OF_TWO
from lwise_core.study.estimates import CannotJudge, Estimate
from lwise_core.study.pair_accuracy import (
    AgainstChance,
    against_chance,
    by_budget,
    by_class,
    by_pair,
    by_sureness,
    share_of_left,
    spot_trials,
    two_picture_trials,
)
from lwise_core.study.responses import Responses
from pages.parts.courses.share_table import share_table
from pages.parts.courses.sureness_panel import SURENESS
from pages.parts.ui.notices import plain


def pair_results(responses: Responses) -> None:
    """Draw how often people found the right one of two pictures; nothing where there were no two."""
    trials = two_picture_trials(responses)
    if trials.empty:
        return
    where = "while learning" if trials["feedback"].any() else "in the test"
    st.subheader("Which of two pictures")
    st.caption(f"{counted(len(trials), 'answer')} {where}. Chance is {OF_TWO:.0%}.")
    spots = spot_trials(responses)
    if len(spots):
        _spots(spots, inattentive(responses))
    finds = trials[trials["foil"] != trials["picture"]]
    if len(finds):
        share_table("the class that was asked for", by_class(finds))
        with st.expander("By the two classes side by side, the hardest first"):
            share_table("both classes", by_pair(finds))
    if sure := by_sureness(trials):
        share_table(SURENESS, sure)
    left = share_of_left(trials)
    if isinstance(left, Estimate):
        st.caption(f"The left one was chosen in {left.value:.0%} of answers (95% {left.low:.0%} to {left.high:.0%}).")


def _spots(trials: pd.DataFrame, excluded: Sequence[str]) -> None:
    """Draw the study of docs/clinician-study.md, without those who missed catch trials."""
    attentive = trials[~trials["participant"].isin(list(excluded))]
    st.caption(f"Left out: {len(excluded)} who found too few of the catch trials (three of four are asked for).")
    tested = [(budget, against_chance(mine)) for budget, mine in attentive.groupby("epsilon_224")]
    for sentence in _the_same_of_all([found for _, found in tested]):
        st.caption(plain(sentence))
        tested = []
    for budget, found in tested:
        if isinstance(found, CannotJudge):
            st.markdown(f"- **ε₂₂₄ = {budget:g}**: {plain(found.sentence)}")
            continue
        share, p = found.accuracy, "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
        st.markdown(
            f"- **ε₂₂₄ = {budget:g}**: {share.value:.0%} right (95% {share.low:.0%} to {share.high:.0%}), "
            f"{counted(found.people, 'person', 'people')}, t = {found.t:.2f}, {p} against 50%"
        )
    share_table("ε₂₂₄ and the wrong class", by_budget(attentive))


def _the_same_of_all(tested: Sequence[AgainstChance | CannotJudge]) -> set[str]:
    """Return why nothing can be judged where that is the same at every ε, such as of one person; else nothing."""
    sentences = [found.sentence for found in tested if isinstance(found, CannotJudge)]
    return set(sentences) if len(sentences) == len(tested) > 1 == len(set(sentences)) else set()
