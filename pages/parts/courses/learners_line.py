"""What each of a few learners got right, in a sentence: a group's figures say little of one person."""

from __future__ import annotations

import streamlit as st

from lwise_core.study.accuracy import LearnerScore, learner_scores
from lwise_core.study.responses import Responses
from pages.parts.ui.notices import plain

_FEW = 6  # people; of more the tab “People” has everybody


def learners_line(responses: Responses, *, chance: float) -> None:
    """Draw how often each was right while learning and in the test, where there are few of them.

    ``chance`` is the share that guessing gets, in [0, 1].
    """
    scores = learner_scores(responses)
    if len(scores) > _FEW:
        return
    for participant, score in scores.items():
        if said := _in_words(score, chance=chance):
            st.markdown(f"**{plain(participant)}** was right {said}.")


def _in_words(score: LearnerScore, *, chance: float) -> str:
    parts = (
        (score.learning_right, score.learning, "while learning"),
        (score.tested_right, score.tested, "in the test"),
    )
    said = [
        f"{right} of {count} times {where} (guessing alone: about {chance * count:.0f})"
        for right, count, where in parts
        if count
    ]
    return " and ".join(said)
