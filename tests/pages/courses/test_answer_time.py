"""A learner is told before the first picture how long there is for an answer."""

from __future__ import annotations

import pytest

from lwise_core.teaching.design.timing import Timing
from lwise_core.teaching.languages.catalogue import catalogue_for
from pages.parts.courses.answer_time import answer_time


@pytest.mark.parametrize(
    ("choice_ms", "language", "sentence"),
    [
        (15_000, "en", "You have 15 seconds for each answer; then it is too late."),
        (1_900, "en", "You have 1 second for each answer; then it is too late."),
        (15_000, "de", "Für jede Antwort haben Sie 15 Sekunden; danach ist es zu spät."),
    ],
)
def test_the_seconds_are_those_of_the_course(choice_ms: float, language: str, sentence: str) -> None:
    assert answer_time(Timing(choice_ms=choice_ms), catalogue_for(language)) == sentence
