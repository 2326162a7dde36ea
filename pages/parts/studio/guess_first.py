"""Guess first: hard details of photographs, the visitor's answer, then what the enhancement brings out, and a score."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from lwise_core.data.gallery import QUESTIONS, GuessQuestion, StoredPair, stored_pairs
from pages.parts.studio.stored_pair import Reveal, stored_pair
from pages.parts.ui.notices import plain

_ROUND = "guess_first"


@dataclass(frozen=True)
class _Round:
    """The answers so far, and which question is shown."""

    answers: tuple[str, ...] = ()
    shown: int = 0

    @property
    def answer(self) -> str | None:
        """The answer to the question that is shown, None while there is none."""
        return self.answers[self.shown] if self.shown < len(self.answers) else None

    @property
    def right(self) -> int:
        """Number of right answers."""
        return sum(a == q.sample.true_class for a, q in zip(self.answers, QUESTIONS, strict=False))


def guess_first() -> None:
    """Draw the questions one after the other; a click draws nothing else of the page anew."""
    st.header("Guess first")
    st.fragment(_question)()


def _question() -> None:
    now: _Round = st.session_state.get(_ROUND, _Round())
    question = QUESTIONS[now.shown]
    pair = stored_pairs()[question.sample.key]
    picture, words = st.columns([2, 3], gap="medium")
    with picture:
        reveal = Reveal.ORIGINAL if now.answer is None else Reveal.BOTH
        stored_pair(pair, title=f"Detail {now.shown + 1}", key="guess-pair", reveal=reveal)
        # Its name is part of the answer.
        st.caption("Author and licence stand here after your answer." if now.answer is None else question.sample.credit)
    with words:
        st.markdown(f"**What is this a part of?** ({now.shown + 1} of {len(QUESTIONS)})")
        if now.answer is None:
            _options(question)
        else:
            _answered(question, pair, now.answer)
            _way_on(now)


def _options(question: GuessQuestion) -> None:
    with st.container(horizontal=True):
        for option in question.options:
            st.button(option.capitalize(), key=f"guess-{option}", on_click=_answer, args=(option,))


def _answered(question: GuessQuestion, pair: StoredPair, answer: str) -> None:
    shows = str(question.sample.true_class)
    said = "Right" if answer == shows else f"You said {answer}"
    st.markdown(
        f"{said}: it is part of a **{plain(shows)}**. The network's first choice was "
        f"**{plain(pair.changes[0].choice)}**. Slide ε to see what speaks for {plain(shows)}."
    )


def _way_on(now: _Round) -> None:
    if now.shown + 1 < len(QUESTIONS):
        st.button("Next one", key="guess-next", on_click=_show, args=(replace(now, shown=now.shown + 1),))
        return
    st.markdown(f"**You named {now.right} of {len(QUESTIONS)}.**")
    st.button("Once more", key="guess-again", on_click=_show, args=(_Round(),))


def _answer(option: str) -> None:
    now: _Round = st.session_state.get(_ROUND, _Round())
    _show(replace(now, answers=(*now.answers, option)))


def _show(now: _Round) -> None:
    st.session_state[_ROUND] = now
