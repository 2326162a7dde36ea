"""A trial and its answer: one example, and any that the records may hold."""

from __future__ import annotations

from hypothesis import strategies as st

from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Foil, Trial, TrialKind

TRIAL = Trial(
    number=0,
    block="train_1",
    kind=TrialKind.MAIN,
    picture="moth 17.png",
    answer="Leda",
    split="train",
    feedback=True,
    epsilon_224=8.0,
    towards="Leda",
    difficulty=-0.25,
)
ANSWER = Answer(trial=0, choice="Tyro", reaction_ms=812.5, onset_ms=1000.25, choices_ms=1017.0, frames_dropped=1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
FRAMES = st.integers(0, 2**31 - 1)
MILLISECONDS = st.floats(0, 30 * 24 * 3600 * 1000.0)


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Trial, Answer]:
    """Draw a trial and an answer to it, of values that can be measured and that both databases keep."""
    number = draw(st.integers(0, 10_000))
    foils = st.builds(Foil, TEXTS, TEXTS, NUMBERS, TEXTS, st.none() | st.integers(1, 15), st.booleans())
    onset, choices = sorted(draw(st.tuples(MILLISECONDS, MILLISECONDS)))
    trial = Trial(
        number=number,
        block=draw(TEXTS),
        kind=draw(st.sampled_from(TrialKind)),
        picture=draw(TEXTS),
        answer=draw(TEXTS),
        split=draw(TEXTS),
        feedback=draw(st.booleans()),
        epsilon_224=draw(NUMBERS),
        towards=draw(TEXTS),
        difficulty=draw(st.none() | NUMBERS),
        relabelled=tuple(draw(st.lists(TEXTS, max_size=2))),
        foil=draw(st.none() | foils),
    )
    return trial, Answer(
        trial=number,
        choice=draw(TEXTS),
        reaction_ms=draw(st.none() | MILLISECONDS),
        onset_ms=onset,
        choices_ms=choices,
        frames_asked=draw(st.none() | FRAMES),
        frames_shown=draw(st.none() | FRAMES),
        frames_dropped=draw(FRAMES),
        left=draw(st.booleans()),
        sureness=draw(st.none() | st.integers(1, 4)),
    )
