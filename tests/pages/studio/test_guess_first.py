"""Guess first: the score counts the right answers, whatever was answered, and the enhancement waits for the answer."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lwise_core.data.gallery import QUESTIONS


def page() -> None:
    from pages.parts.studio.guess_first import guess_first

    guess_first()


def said(at: AppTest) -> str:
    return "\n".join(m.value.replace("\\", "") for m in at.markdown)


@pytest.mark.parametrize("right", [0, 2, 3])
def test_the_score_counts_the_right_answers(right: int) -> None:
    at = AppTest.from_function(page, default_timeout=60).run()
    for number, question in enumerate(QUESTIONS):
        truth = str(question.sample.true_class)
        assert question.sample.credit not in [c.value for c in at.caption]  # it names what is to be guessed
        wrong = next(option for option in question.options if option != truth)
        assert not any(b.key in {"guess-next", "guess-again"} for b in at.button)
        at.button(key=f"guess-{truth if number < right else wrong}").click().run()
        assert ("Right: " in said(at)) == (number < right)
        assert question.sample.credit in [c.value for c in at.caption]
        assert f"**{truth}**" in said(at)
        if number + 1 < len(QUESTIONS):
            at.button(key="guess-next").click().run()
    assert f"You named {right} of {len(QUESTIONS)}." in said(at)
    at.button(key="guess-again").click().run()
    assert f"(1 of {len(QUESTIONS)})" in said(at)
    assert not at.exception
